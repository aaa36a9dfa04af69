import { Clock, X } from 'lucide-react'
import { useState } from 'react'
import { type ApprovalView, type DenyReason, denyReasons } from '../../../contract/index.ts'
import { useCommand } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { useKeys } from '../../parts/keys.ts'
import { useNow } from '../../parts/now.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { useZone } from '../../parts/zone.ts'
import { Back } from './back.tsx'
import styles from './many-bar.module.css'
import { capital, type Rules } from './on-card.ts'
import { seenOf } from './seen.ts'
import { toSnoozes } from './snooze-times.ts'

/** No, or later, to several at once. Yes is said to each alone, because each has to be read (U-49, U-51). */
export function ManyBar({ approvals, rules, active, onDone }: { approvals: readonly ApprovalView[]; rules: Rules; active: boolean; onDone?: () => void }) {
  const [mode, setMode] = useState<'choose' | 'deny' | 'snooze'>('choose')
  const now = useNow(15_000)
  const zone = useZone()
  const done = () => {
    setMode('choose')
    onDone?.()
  }
  const deny = useCommand(async (client, reason: DenyReason) => {
    for (const one of approvals) await client.approval.deny({ id: one.id, reason, seen: seenOf(one) })
    done()
  })
  const snooze = useCommand(async (client, until: number) => {
    for (const { id } of approvals) await client.approval.snooze({ id, until: until as ApprovalView['deadline'] })
    done()
  })
  const times = toSnoozes(now, Math.min(...approvals.map((one) => one.deadline)), rules.morning, zone)
  const choices =
    mode === 'deny'
      ? denyReasons.map((reason) => ({ label: capital(reason), possible: true, act: () => void deny.run(reason) }))
      : times.map(({ label, until, possible }) => ({ label, possible, act: () => void snooze.run(until) }))
  useKeys(
    !active
      ? {}
      : mode === 'choose'
        ? { d: () => setMode('deny'), s: () => setMode('snooze') }
        : {
            escape: () => setMode('choose'),
            ...Object.fromEntries(choices.map(({ possible, act }, i) => [String(i + 1), () => (possible ? act() : undefined)])),
          },
  )
  const hint = (key: string) => (active ? { hint: key } : {})
  return (
    <div className={styles.many}>
      <RefusalNote refusal={deny.refusal ?? snooze.refusal} />
      {mode === 'choose' ? (
        <>
          <Button icon={<X />} {...hint('d')} onClick={() => setMode('deny')}>
            Deny all {approvals.length}…
          </Button>
          <Button icon={<Clock />} {...hint('s')} onClick={() => setMode('snooze')}>
            Snooze all {approvals.length}…
          </Button>
        </>
      ) : (
        <fieldset className={styles.choices}>
          <legend>{mode === 'deny' ? `Deny ${approvals.length}: why?` : `Snooze ${approvals.length} until when?`}</legend>
          {choices.map(({ label, possible, act }, i) => (
            <Button key={label} {...hint(String(i + 1))} disabled={!possible} pending={deny.pending || snooze.pending} autoFocus={i === 0} onClick={act}>
              {label}
            </Button>
          ))}
          <Back onBack={() => setMode('choose')} />
        </fieldset>
      )}
    </div>
  )
}
