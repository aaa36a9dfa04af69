import { lazy, Suspense, useState } from 'react'
import type { Forecast, SpendInsight } from '../../../contract/ledger.ts'
import { formatMoney } from '../../../contract/money.ts'
import type { Instant } from '../../../contract/time.ts'
import { useAsk, useReef } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { At } from '../../parts/time.tsx'
import { usePaced } from '../../parts/use-paced.ts'
import { useZone } from '../../parts/zone.ts'
import { DayFigures } from './day-figures.tsx'
import { toCourse, toCourseLines } from './insight.select.ts'
import { Movers, Quality, Units } from './insight.tsx'
import styles from './spend.module.css'
import type { SpendDeps } from './spend.select.ts'
import { type Span, spans, spanWords, startOf } from './spend.select.ts'
import { Today } from './today.tsx'

const DayChart = lazy(() => import('./day-chart.tsx').then((module) => ({ default: module.DayChart })))

/** Sums over a quarter of a year are not asked for after each call. */
const REFRESH_MS = 5000
let lastSpan: Span = '7d'

/** The day against its limits and where it will end; then what the money of a longer time bought and where it went (U-74 to U-77). */
export function Overview({ version }: SpendDeps) {
  const zone = useReef((facts) => facts.status.timeZone)
  const [span, setSpan] = useState(lastSpan)
  const choose = (next: Span) => {
    lastSpan = next
    setSpan(next)
  }
  const paced = usePaced(version, REFRESH_MS)
  const answer = useAsk((client) => client.spend.insight({ since: startOf(span, Date.now(), zone) as Instant }), [span, zone, paced])
  const insight = answer.data
  const old = answer.at && answer.refusal ? answer.at : undefined
  return (
    <>
      <SpentToday />
      <RefusalNote refusal={answer.refusal} again={answer.again} />
      {insight ? (
        <>
          <Course insight={insight} old={old} />
          <div className={styles.acts}>
            <h2>What it bought</h2>
            <Tabs label="Time" tabs={spans.map((id) => ({ id, label: spanWords[id] }))} value={span} onChange={choose} />
            {old === undefined ? null : (
              <span className={styles.muted}>
                as of <At at={old} seconds />
              </span>
            )}
          </div>
          <div className={styles.halves} data-stale={old !== undefined}>
            <Units insight={insight} />
            <Movers insight={insight} />
            <Quality insight={insight} />
          </div>
        </>
      ) : answer.loading ? (
        <Skeleton lines={8} label="Loading what was spent" />
      ) : null}
    </>
  )
}

/** Apart from the rest, because a pulse moves it every second. */
function SpentToday() {
  return <Today spend={useReef((facts) => facts.spend)} />
}

/** The day so far as a line, and the band in which it is likely to end (U-75). */
function Course({ insight, old }: { insight: SpendInsight; old: number | undefined }) {
  const [figures, setFigures] = useState(false)
  const zone = useZone()
  const { target, alert, stop } = useReef(({ spend }) => ({ target: spend.target, alert: spend.alert, stop: spend.stop }))
  const course = toCourse(insight, zone.zone)
  const sentence = toForecastText('The day', insight.dayForecast)
  return (
    <Card
      title="Today’s course"
      note={
        old === undefined ? null : (
          <>
            as of <At at={old} seconds />
          </>
        )
      }
      actions={
        course.length === 0 ? null : (
          <Button kind="quiet" aria-pressed={figures} onClick={() => setFigures(!figures)}>
            {figures ? 'Show chart' : 'Show figures'}
          </Button>
        )
      }
    >
      <div className={styles.answer}>
        <p className={styles.sentence}>{sentence}</p>
        <Exhausted forecast={insight.dayForecast} what="the day’s stop" />
        {course.length === 0 ? (
          <p className={styles.muted}>Nothing was spent today, so there is no line to draw.</p>
        ) : figures ? (
          <DayFigures course={course} />
        ) : (
          <Suspense fallback={<div className={styles.chart} />}>
            <DayChart course={course} limits={toCourseLines(course, { target, alert, stop })} label={`Spent today, summed up by the hour. ${sentence}`} />
          </Suspense>
        )}
        <p className={styles.sentence}>{toForecastText('The month', insight.monthForecast)}</p>
        <Exhausted forecast={insight.monthForecast} what="the month’s stop" />
      </div>
    </Card>
  )
}

function Exhausted({ forecast: { exhaustedAt }, what }: { forecast: Forecast; what: string }) {
  const zone = useZone()
  if (exhaustedAt === null) return null
  return (
    <p className={styles.high}>
      <span aria-hidden="true">▲</span> At this rate {what} is reached at {zone.full(exhaustedAt)}.
    </p>
  )
}

/** A forecast never stands alone: its band, how it was made and how far it was off stand with it (U-75). */
function toForecastText(what: string, { low, middle, high, method, error }: Forecast): string {
  if (high === 0) return `${what} is expected to cost nothing more: ${method}.`
  const off = error === null ? 'how far it is off is not known yet' : `over the last 14 days it was off by ${Math.round(error * 100)} % on average`
  return `${what} is likely to end near ${formatMoney(middle)}, eight times in ten between ${formatMoney(low)} and ${formatMoney(high)}. Method: ${method}; ${off}.`
}
