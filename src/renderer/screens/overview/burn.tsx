import { formatMoney, type Nanodollars } from '../../../contract/index.ts'
import { placeHref } from '../../live/place.ts'
import { useAsk, useReef } from '../../live/reef.ts'
import { Card } from '../../parts/card.tsx'
import { startOfDay } from '../../parts/days.ts'
import { Meter } from '../../parts/meter.tsx'
import { Money } from '../../parts/money.tsx'
import { useNow } from '../../parts/now.ts'
import { useZone } from '../../parts/zone.ts'
import styles from './overview.module.css'

const MINUTE = 60_000
const DAY = 86_400_000
/** A forecast moves slowly, and is dearer to make than a sum. */
const FORECAST_MINUTES = 5

/** Limits are set in whole dollars: their cents say nothing. */
const whole = (amount: Nanodollars) => formatMoney(amount).replace(/\.00$/, '')

/** The day's money against its three marks, and who spent it. */
export function Burn() {
  const { spent, perHour, target, alert, stop, asOf } = useReef((facts) => facts.spend)
  const zone = useZone()
  const now = useNow(MINUTE)
  const minute = Math.floor(now / MINUTE)
  const top = useAsk((client) => client.spend.summary({ by: 'agent', since: ((minute + 1) * MINUTE - DAY) as typeof asOf }), [minute])
  const forecast = useAsk((client) => client.spend.insight({ since: startOfDay(now, zone.zone) as typeof asOf }), [Math.floor(minute / FORECAST_MINUTES)]).data
    ?.dayForecast
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
      {forecast && forecast.high > 0 ? (
        <p className={styles.muted}>
          ends the day between {formatMoney(forecast.low)} and {formatMoney(forecast.high)}
          {forecast.exhaustedAt === null ? '' : `; ▲ stops at ${zone.time(forecast.exhaustedAt)} at this rate`}
        </p>
      ) : null}
      {spenders.length > 0 ? <p className={styles.muted}>last 24 h: {spenders.map((row) => `${row.key} ${formatMoney(row.cost)}`).join(' · ')}</p> : null}
    </Card>
  )
}
