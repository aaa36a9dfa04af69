import { Undo2 } from 'lucide-react'
import type { ApprovalView } from '../../../contract/index.ts'
import { useCommand } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { useKeys } from '../../parts/keys.ts'
import { useNow } from '../../parts/now.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import styles from './decision.module.css'
import { chosenLabel } from './inbox.select.ts'

/** Whole seconds in which an approval can still be taken back. */
export const secondsLeft = ({ effectiveAt }: ApprovalView, now: number): number =>
  effectiveAt === null ? 0 : Math.max(0, Math.ceil((effectiveAt - now) / 1000))

/** The seconds in which an approval can be taken back (U-50). */
export function Grace({ approval, active, onNext }: { approval: ApprovalView; active: boolean; onNext: () => void }) {
  const now = useNow(1000)
  const undo = useCommand((client) => client.approval.undo({ id: approval.id }))
  const left = secondsLeft(approval, now)
  const label = chosenLabel(approval)
  useKeys(active ? { u: () => (left > 0 ? void undo.run() : undefined), enter: onNext } : {})
  return (
    <div className={styles.choice}>
      <RefusalNote refusal={undo.refusal} />
      <div className={styles.buttons}>
        <Button large icon={<Undo2 />} hint="u" pending={undo.pending} disabled={left === 0} onClick={() => void undo.run()}>
          Undo
        </Button>
        <p className={styles.hint}>
          <strong>Approved{label === undefined ? '' : `: ${label}`}.</strong> {left > 0 ? `Takes effect in ${left} s.` : 'It takes effect now.'}
        </p>
      </div>
      <p className={styles.unseen} role="status">
        Approved. It takes effect in a few seconds; u undoes it.
      </p>
    </div>
  )
}
