import { formatMoney, type Nanodollars } from '../../../contract/index.ts'
import { placeHref } from '../../live/place.ts'
import { useAsk, useReef } from '../../live/reef.ts'
import { Card } from '../../parts/card.tsx'
import { Meter } from '../../parts/meter.tsx'
import { Money } from '../../parts/money.tsx'
import { useNow } from '../../parts/now.ts'
import { useZone } from '../../parts/zone.ts'
import styles from './overview.module.css'

const MINUTE = 60_000
const DAY = 86_400_000

/** Limits are set in whole dollars: their cents say nothing. */
const whole = (amount: Nanodollars) => formatMoney(amount).replace(/\.00$/, '')

/** The day's money against its three marks, and who spent it. */
export function Burn() {
  const { spent, perHour, target, alert, stop, asOf } = useReef((facts) => facts.spend)
  const zone = useZone()
  const now = useNow(MINUTE)
  const minute = Math.floor(now / MINUTE)
  const top = useAsk((client) => client.spend.summary({ by: 'agent', since: ((minute + 1) * MINUTE - DAY) as typeof asOf }), [minute])
  const attention = spent >= stop ? 'alarm' : spent >= alert ? 'high' : 'quiet'
  const spenders = (top.data?.rows ?? []).filter((row) => row.cost > 0).slice(0, 3)
  return (
    <Card className={styles.burn} title="Spend" note={`as of ${zone.time(asOf)}`}>
      <p>
        <a className={styles.figure} href={placeHref('spend')}>
          <Money amount={spent} />
        </a>{' '}
        <span className={styles.muted}>today, {perHour === 0 ? 'nothing at the moment' : `${formatMoney(perHour)} an hour now`}</span>
      </p>
      <Meter
        label="Spent today"
        value={spent}
        max={stop}
        text={`${formatMoney(spent)} of ${formatMoney(stop)}, where everything stops`}
        attention={attention}
        ticks={[
          { at: target, label: `target ${whole(target)}` },
          { at: alert, label: `alert ${whole(alert)}` },
          { at: stop, label: `stop ${whole(stop)}` },
        ]}
      />
      {spenders.length > 0 ? <p className={styles.muted}>last 24 h: {spenders.map((row) => `${row.key} ${formatMoney(row.cost)}`).join(' · ')}</p> : null}
    </Card>
  )
}
