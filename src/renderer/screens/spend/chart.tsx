import { Bar, CartesianGrid, ComposedChart, Line, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import { formatMoney, type Nanodollars } from '../../../contract/money.ts'
import { useZone, type ZoneFormat } from '../../parts/zone.ts'
import { formatMark, labelOf } from './labels.ts'
import styles from './spend.module.css'
import type { Bucket, Chart } from './spend.select.ts'

const HEIGHT = 232

const amounts = {
  width: 64,
  tickFormatter: formatMark,
  stroke: 'var(--control)',
  tick: { fill: 'var(--muted)' },
  tickLine: false,
  axisLine: false,
} as const

export type Limit = { readonly name: string; readonly at: Nanodollars }

/** Every other series is hatched, so that neighbours in a stack differ without their colours (U-21). */
const fillOf = (i: number): string => (i % 2 === 1 ? `url(#spend-hatch-${i})` : `var(--series-${i + 1})`)

/**
 * Stacked bars of what was spent, and the running sum of a day in hours. Drawn for the eye only: the sentence beside it and the table
 * behind it say the same to everyone else, and lead to the same calls (U-72, U-111).
 */
export function SpendChart({
  chart,
  limits,
  nameOf,
  label,
  onOpen,
}: {
  chart: Chart
  limits: readonly Limit[]
  nameOf: (key: string) => string
  label: string
  /** A piece of a bar was pressed. The table beside the chart offers the same by keyboard. */
  onOpen: (key: string, from: number, until: number) => void
}) {
  const zone = useZone()
  const hours = chart.unit === 'hour'
  const stacked = chart.keys.length > 1 || chart.keys[0] !== ''
  return (
    <figure className={styles.figure}>
      <div role="img" aria-label={label}>
        <ResponsiveContainer width="100%" height={HEIGHT}>
          <ComposedChart data={chart.buckets as Bucket[]} accessibilityLayer={false} margin={{ top: 8, right: 8, bottom: 0, left: 0 }}>
            <defs>
              {chart.keys.map((key, i) => (
                <pattern key={key} id={`spend-hatch-${i}`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                  <rect width="6" height="6" fill={`var(--series-${i + 1})`} />
                  <rect width="2" height="6" fill="var(--surface)" opacity="0.55" />
                </pattern>
              ))}
            </defs>
            <CartesianGrid vertical={false} yAxisId="cost" stroke="var(--line)" />
            <XAxis
              dataKey="at"
              tickFormatter={(at: number) => labelOf(at, chart.unit, zone)}
              stroke="var(--control)"
              tick={{ fill: 'var(--muted)' }}
              tickLine={false}
              minTickGap={28}
            />
            <YAxis yAxisId="cost" {...amounts} />
            {hours ? <YAxis yAxisId="sum" orientation="right" {...amounts} /> : null}
            <Tooltip
              isAnimationActive={false}
              cursor={{ fill: 'var(--raised)', opacity: 0.5 }}
              content={({ payload }) => <Told bucket={payload?.[0]?.payload as Bucket | undefined} chart={chart} nameOf={nameOf} zone={zone} />}
            />
            {chart.keys.map((key, i) => (
              <Bar
                key={key}
                yAxisId="cost"
                dataKey={(bucket: Bucket) => bucket.costs[i]}
                stackId="cost"
                fill={stacked ? fillOf(i) : 'var(--fill)'}
                isAnimationActive={false}
                maxBarSize={36}
                className={styles.opens ?? ''}
                onClick={(piece) => {
                  const bucket = piece.payload as Bucket | undefined
                  if (bucket) onOpen(key, bucket.at, bucket.until)
                }}
              />
            ))}
            {hours ? (
              <Line yAxisId="sum" dataKey="sum" stroke="var(--text)" strokeWidth={1.5} strokeDasharray="4 3" dot={false} isAnimationActive={false} />
            ) : null}
            {limits.map((limit) => (
              <ReferenceLine
                key={limit.name}
                yAxisId="cost"
                y={limit.at}
                ifOverflow="extendDomain"
                stroke="var(--state-high)"
                strokeDasharray="2 3"
                label={{ value: `${limit.name} ${formatMoney(limit.at)}`, position: 'insideTopRight', fill: 'var(--muted)' }}
              />
            ))}
          </ComposedChart>
        </ResponsiveContainer>
      </div>
      <figcaption className={styles.legend}>
        {stacked
          ? chart.keys.map((key, i) => (
              <span key={key} className={styles.key}>
                <Swatch i={i} />
                {nameOf(key)}
              </span>
            ))
          : null}
        {hours ? (
          <span className={styles.key}>
            <svg width="18" height="10" aria-hidden="true">
              <line x1="0" y1="5" x2="18" y2="5" stroke="var(--text)" strokeWidth="1.5" strokeDasharray="4 3" />
            </svg>
            sum so far, right scale
          </span>
        ) : null}
      </figcaption>
    </figure>
  )
}

function Swatch({ i }: { i: number }) {
  return (
    <svg width="12" height="12" aria-hidden="true">
      <rect width="12" height="12" rx="2" fill={`var(--series-${i + 1})`} />
      {i % 2 === 1 ? <path d="M-3 6 6 -3M0 12 12 0M6 15 15 6" stroke="var(--surface)" strokeWidth="2" opacity="0.55" /> : null}
    </svg>
  )
}

function Told({ bucket, chart, nameOf, zone }: { bucket: Bucket | undefined; chart: Chart; nameOf: (key: string) => string; zone: ZoneFormat }) {
  if (!bucket) return null
  const parts = bucket.costs.flatMap((cost, i) => (cost > 0 && chart.keys[i] !== '' ? [{ key: chart.keys[i] ?? '', cost, i }] : []))
  return (
    <div className={styles.told}>
      <p>
        {labelOf(bucket.at, chart.unit, zone)} <b>{formatMoney(bucket.total)}</b>
      </p>
      {parts.map(({ key, cost, i }) => (
        <p key={key} className={styles.key}>
          <Swatch i={i} />
          {nameOf(key)} <span>{formatMoney(cost)}</span>
        </p>
      ))}
      {chart.unit === 'hour' ? <p>sum {formatMoney(bucket.sum)}</p> : null}
    </div>
  )
}
