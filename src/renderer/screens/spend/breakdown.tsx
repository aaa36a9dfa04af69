import { lazy, Suspense, useState } from 'react'
import type { SpendBy } from '../../../contract/ledger.ts'
import { formatMoney } from '../../../contract/money.ts'
import type { Instant } from '../../../contract/time.ts'
import { placeHref, withQuery } from '../../live/place.ts'
import { useAsk, useReef } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Select } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { At } from '../../parts/time.tsx'
import { usePaced } from '../../parts/use-paced.ts'
import { toQuery } from './calls.select.ts'
import { Figures } from './figures.tsx'
import styles from './spend.module.css'
import type { SpendDeps } from './spend.select.ts'
import { dimensions, type Span, spans, spanWords, startOf, toChart, toLines, toRows, toSentence } from './spend.select.ts'
import { Sums } from './sums.tsx'

// recharts is larger than the rest of the page together.
const SpendChart = lazy(() => import('./chart.tsx').then((module) => ({ default: module.SpendChart })))

const SAY_MS = 5000

/** Choices outlive a look at another screen. */
const chosen: { span: Span; by: SpendBy; figures: boolean } = { span: '7d', by: 'agent', figures: false }

/**
 * A span of time by one dimension: a sentence, a chart or its figures, and rows that add up (U-72). Each bar, cell and row leads to its calls.
 * Read again whenever a call was settled.
 */
export function Breakdown({ version, nameOfTask }: SpendDeps) {
  const zone = useReef((facts) => facts.status.timeZone)
  const { target, alert, stop } = useReef(({ spend }) => ({ target: spend.target, alert: spend.alert, stop: spend.stop }))
  const [choice, setChoice] = useState(chosen)
  const choose = (change: Partial<typeof chosen>) => setChoice(Object.assign(chosen, change) && { ...chosen })
  const { span, by, figures } = choice
  const answer = useAsk((client) => client.spend.summary({ by, since: startOf(span, Date.now(), zone) as Instant }), [by, span, zone, version])
  // Until the answer to a new choice is there, the old one stays: with its own heading, never under the new one.
  const summary = answer.data
  const nameOf = (key: string) => (key === 'other' ? 'all others' : key === '' ? 'none' : summary?.by === 'task' ? nameOfTask(key) : key)
  const rows = summary ? toRows(summary, nameOf) : []
  const chart = summary ? toChart(summary, answer.at ?? Date.now(), zone) : undefined
  const sentence = summary ? toSentence(summary, rows, formatMoney) : ''
  const limits = [
    { name: 'target', at: target },
    { name: 'alert', at: alert },
    { name: 'stop', at: stop },
  ]
  const hrefOf = (key: string | undefined, from: number, until: number) =>
    summary ? withQuery(placeHref('spend', 'calls'), toQuery(summary.by, key, from, until, zone)) : ''
  return (
    <Card
      title="Breakdown"
      note={
        answer.at && answer.refusal ? (
          <>
            as of <At at={answer.at} seconds />
          </>
        ) : null
      }
      actions={
        <>
          <Tabs label="Time" tabs={spans.map((id) => ({ id, label: spanWords[id] }))} value={span} onChange={(next) => choose({ span: next })} />
          <Select
            label="By"
            bare
            aria-label="By"
            options={dimensions.map((id) => [id, `by ${id}`] as const)}
            value={by}
            onChange={(event) => choose({ by: event.target.value as SpendBy })}
          />
          <Button kind="quiet" aria-pressed={figures} onClick={() => choose({ figures: !figures })}>
            {figures ? 'Show chart' : 'Show figures'}
          </Button>
        </>
      }
    >
      <RefusalNote refusal={answer.refusal} again={answer.again} />
      {!summary || !chart ? (
        answer.loading ? (
          <Skeleton lines={6} label="Loading spend" />
        ) : null
      ) : summary.calls === 0 ? (
        <Empty title={`Nothing was spent in the last ${spanWords[span]}.`}>
          Each call to a model is counted here as soon as it is answered; a rehearsal is free.
        </Empty>
      ) : (
        <div data-stale={answer.refusal !== undefined} className={styles.answer}>
          <p className={styles.sentence}>{sentence}</p>
          <Said text={sentence} />
          {chart.highest === 0 ? (
            <p className={styles.muted}>No cash was spent: rehearsals and models of this machine cost nothing, subscriptions are paid by the month.</p>
          ) : figures ? (
            <Figures chart={chart} nameOf={nameOf} hrefOf={hrefOf} />
          ) : (
            <Suspense fallback={<div className={styles.chart} />}>
              <SpendChart
                chart={chart}
                limits={toLines(chart, limits)}
                nameOf={nameOf}
                label={`Cost by ${chart.unit}: ${sentence}`}
                onOpen={(key, from, until) => {
                  location.hash = hrefOf(key, from, until)
                }}
              />
            </Suspense>
          )}
          <Sums summary={summary} rows={rows} hrefOf={(key) => hrefOf(key, summary.since, summary.until)} />
        </div>
      )}
    </Card>
  )
}

/** Says the sentence when it changes, but not with every call (U-112). */
function Said({ text }: { text: string }) {
  return (
    <p role="status" className={styles.unseen}>
      {usePaced(text, SAY_MS)}
    </p>
  )
}
