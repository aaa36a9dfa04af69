import { Money } from '../../parts/money.tsx'
import { useZone } from '../../parts/zone.ts'
import { labelOf } from './labels.ts'
import styles from './spend.module.css'
import type { Chart } from './spend.select.ts'

/** The chart's own figures as a table, for those who cannot see it or want the numbers (U-111). */
export function Figures({ chart, nameOf }: { chart: Chart; nameOf: (key: string) => string }) {
  const zone = useZone()
  const keys = chart.keys.filter((key) => key !== '')
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
    <section className={styles.scroll} tabIndex={0} aria-label="Figures of the chart">
      <table className={styles.numbers}>
        <caption>Cost by {chart.unit}</caption>
        <thead>
          <tr>
            <th scope="col">{chart.unit}</th>
            {keys.map((key) => (
              <th key={key} scope="col">
                {nameOf(key)}
              </th>
            ))}
            <th scope="col">together</th>
            <th scope="col">sum so far</th>
          </tr>
        </thead>
        <tbody>
          {chart.buckets.map((bucket) => (
            <tr key={bucket.at}>
              <th scope="row">{labelOf(bucket.at, chart.unit, zone)}</th>
              {chart.keys.map((key, i) => (key === '' ? null : <td key={key}>{<Money amount={bucket.costs[i] ?? bucket.total} />}</td>))}
              <td>
                <Money amount={bucket.total} />
              </td>
              <td>
                <Money amount={bucket.sum} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
