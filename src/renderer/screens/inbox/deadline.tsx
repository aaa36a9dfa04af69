import type { ApprovalView } from '../../../contract/index.ts'
import { Meter } from '../../parts/meter.tsx'
import { useNow } from '../../parts/now.ts'
import { formatAgo } from '../../parts/time.tsx'
import { useZone } from '../../parts/zone.ts'
import styles from './deadline.module.css'
import { ifNothing, usedShare } from './inbox.select.ts'

/** How much time is left, and what silence will mean (U-45). Marks stand where reminders go out: at half and at nine tenths. */
export function Deadline({ approval }: { approval: ApprovalView }) {
  const now = useNow(1000)
  const zone = useZone()
  const share = usedShare(approval, now)
  const left = formatAgo(approval.deadline, now)
  const { heldFrom, templateText, snoozedUntil } = approval
  const at = (instant: number) => (
    <time dateTime={new Date(instant).toISOString()} title={zone.utc(instant)}>
      {zone.isSameDay(instant, now) ? `${zone.time(instant)} ${zone.zoneName(now)}` : zone.full(instant)}
    </time>
  )
  return (
    <div className={styles.deadline}>
      <p className={styles.words}>
        <span>
          If you do nothing: <strong>{ifNothing(approval)}</strong> at {at(approval.deadline)}
        </span>
        <span className={styles.left}>
          {snoozedUntil !== null && snoozedUntil > now ? <>snoozed until {at(snoozedUntil)} · </> : null}
          {approval.deadline > now ? left : 'now'}
        </span>
      </p>
      {heldFrom === null ? null : (
        <p className={styles.left}>
          It would have been {at(heldFrom)}; that falls into your quiet hours, so it is held until {at(approval.deadline)}.
        </p>
      )}
      {templateText === null ? null : <blockquote className={styles.template}>{templateText}</blockquote>}
      <Meter
        label="Time to answer that is gone"
        value={share * 100}
        max={100}
        text={`${Math.round(share * 100)} %, ${ifNothing(approval)} ${left}`}
        attention={share >= 0.9 ? 'high' : 'quiet'}
        marks={[50, 90]}
      />
    </div>
  )
}
