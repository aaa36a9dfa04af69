import type { SpendToday } from '../../../contract/ledger.ts'
import { formatMoney, type Nanodollars } from '../../../contract/money.ts'
import { Card } from '../../parts/card.tsx'
import { Meter } from '../../parts/meter.tsx'
import { Money } from '../../parts/money.tsx'
import { At } from '../../parts/time.tsx'
import styles from './spend.module.css'

/** What the day has cost against the three limits, in words and as a bar (U-03, U-73). */
export function Today({ spend }: { spend: SpendToday }) {
  const { spent, held, perHour, target, alert, stop } = spend
  const standing = toStanding(spend)
  return (
    <Card
      title="Today"
      note={
        <>
          as of <At at={spend.asOf} seconds />
        </>
      }
    >
      <p className={styles.figures}>
        <strong className={styles.amount}>
          <Money amount={spent} />
        </strong>
        <span data-attention={standing.attention} className={styles.standing}>
          {standing.words}
        </span>
        <span className={styles.rate}>
          {held > 0 ? (
            <>
              <Money amount={held} /> held by calls under way ·{' '}
            </>
          ) : null}
          <Money amount={perHour} /> in the last hour
        </span>
      </p>
      <Meter
        label="Spent today"
        value={spent}
        held={held}
        max={Math.max(target, alert, stop, spent)}
        text={`${formatMoney(spent)} of ${formatMoney(stop)}; ${standing.words}`}
        attention={standing.attention}
        ticks={[
          { at: target, label: `target ${formatMoney(target)}` },
          { at: alert, label: `alert ${formatMoney(alert)}` },
          { at: stop, label: `stop ${formatMoney(stop)}` },
        ].sort((a, b) => a.at - b.at)}
      />
    </Card>
  )
}

/** Where the day stands between its limits. */
export function toStanding({ spent, target, alert, stop }: Pick<SpendToday, 'spent' | 'target' | 'alert' | 'stop'>): {
  readonly words: string
  readonly attention: 'quiet' | 'high' | 'alarm'
} {
  const left = (limit: Nanodollars) => formatMoney(Math.max(0, limit - spent) as Nanodollars)
  if (spent >= stop) return { words: `✕ stopped: ${formatMoney(stop)} reached, nothing that costs money starts until tomorrow`, attention: 'alarm' }
  if (spent >= alert) return { words: `▲ above the alert of ${formatMoney(alert)}, stops in ${left(stop)}`, attention: 'high' }
  if (spent > target) return { words: `above the target of ${formatMoney(target)}, alerts in ${left(alert)}`, attention: 'quiet' }
  return { words: `${left(target)} left to the target`, attention: 'quiet' }
}
