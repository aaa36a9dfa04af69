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
  return (
    <div>
      <p className={styles.words}>
        <span>
          If you do nothing: <strong>{ifNothing(approval)}</strong> at{' '}
          <time dateTime={new Date(approval.deadline).toISOString()} title={zone.utc(approval.deadline)}>
            {zone.isSameDay(approval.deadline, now) ? `${zone.time(approval.deadline)} ${zone.zoneName(now)}` : zone.full(approval.deadline)}
          </time>
        </span>
        <span className={styles.left}>{approval.deadline > now ? left : 'now'}</span>
      </p>
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
