import { Area, CartesianGrid, ComposedChart, Line, ReferenceLine, ResponsiveContainer, XAxis, YAxis } from 'recharts'
import { formatMoney } from '../../../contract/money.ts'
import { useZone } from '../../parts/zone.ts'
import type { Limit } from './chart.tsx'
import type { CoursePoint } from './insight.select.ts'
import { formatMark } from './labels.ts'
import styles from './spend.module.css'

const HEIGHT = 200
/** Hours that people name. */
const MARK_MS = 3 * 3_600_000

/** The day as a line that grows, then the band in which it is expected to end. For the eye only: sentence and table say the same (U-111). */
export function DayChart({ course, limits, label }: { course: readonly CoursePoint[]; limits: readonly Limit[]; label: string }) {
  const zone = useZone()
  const ends: [number, number] = [course[0]?.at ?? 0, course.at(-1)?.at ?? 0]
  const marks = Array.from({ length: Math.floor((ends[1] - ends[0]) / MARK_MS) + 1 }, (_, i) => ends[0] + i * MARK_MS)
  return (
    <figure className={styles.figure}>
      <div role="img" aria-label={label}>
        <ResponsiveContainer width="100%" height={HEIGHT}>
          <ComposedChart data={course as CoursePoint[]} accessibilityLayer={false} margin={{ top: 12, right: 8, bottom: 0, left: 0 }}>
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="at"
              type="number"
              domain={ends}
              ticks={marks}
              tickFormatter={(at: number) => zone.time(at)}
              stroke="var(--control)"
              tick={{ fill: 'var(--muted)' }}
              tickLine={false}
              minTickGap={28}
            />
            <YAxis width={64} tickFormatter={formatMark} stroke="var(--control)" tick={{ fill: 'var(--muted)' }} tickLine={false} axisLine={false} />
            <Area dataKey="band" stroke="var(--fill)" strokeDasharray="2 3" fill="var(--fill)" fillOpacity={0.3} isAnimationActive={false} />
            <Line dataKey="middle" stroke="var(--text)" strokeDasharray="4 3" dot={false} isAnimationActive={false} />
            <Line dataKey="spent" stroke="var(--text)" strokeWidth={2} dot={false} isAnimationActive={false} />
            {limits.map((limit) => (
              <ReferenceLine
                key={limit.name}
                y={limit.at}
                ifOverflow="extendDomain"
                stroke="var(--state-high)"
                strokeDasharray="2 3"
                label={{ value: `${limit.name} ${formatMoney(limit.at)}`, position: 'insideTopLeft', fill: 'var(--muted)' }}
              />
            ))}
          </ComposedChart>
        </ResponsiveContainer>
      </div>
      <figcaption className={styles.legend}>
        <span className={styles.key}>
          <svg width="18" height="10" aria-hidden="true">
            <line x1="0" y1="5" x2="18" y2="5" stroke="var(--text)" strokeWidth="2" />
          </svg>
          spent so far
        </span>
        <span className={styles.key}>
          <svg width="18" height="10" aria-hidden="true">
            <rect width="18" height="10" fill="var(--fill)" opacity="0.4" />
            <line x1="0" y1="5" x2="18" y2="5" stroke="var(--text)" strokeDasharray="4 3" />
          </svg>
          where it is likely to end, eight times in ten
        </span>
      </figcaption>
    </figure>
  )
}
