import { useState } from 'react'
import type { ApprovalView } from '../../../contract/index.ts'
import { useCommand } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Input } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { At } from '../../parts/time.tsx'
import styles from './decision.module.css'

const happened = new Set<ApprovalView['state']>(['executed', 'failed', 'interrupted'])

/** Looking back at what was done: it should not have been (U-118). Counted, and nothing else: it takes nothing back. */
export function Regret({ approval }: { approval: ApprovalView }) {
  const [asking, setAsking] = useState(false)
  const [note, setNote] = useState('')
  const regret = useCommand((client) => client.approval.regret({ id: approval.id, ...(note.trim() !== '' && { note: note.trim() }) }))
  if (!happened.has(approval.state)) return null
  if (approval.regrettedAt !== null)
    return (
      <p className={styles.high}>
        ▲ You said that it should not have happened, <At at={approval.regrettedAt} />.
      </p>
    )
  if (!asking)
    return (
      <div className={styles.buttons}>
        <Button large onClick={() => setAsking(true)}>
          Should not have happened…
        </Button>
      </div>
    )
  return (
    <section className={styles.form} aria-label="Should not have happened">
      <RefusalNote refusal={regret.refusal} />
      <Input label="What was wrong with it (may stay empty)" autoFocus value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
      <p className={styles.hint}>
        This takes nothing back. It counts against {approval.askedBy} and {approval.action}, and against playbooks for them.
      </p>
      <div className={styles.buttons}>
        <Button large pending={regret.pending} onClick={() => void regret.run()}>
          It should not have happened
        </Button>
        <Button large kind="quiet" onClick={() => setAsking(false)}>
          Back
        </Button>
      </div>
    </section>
  )
}
