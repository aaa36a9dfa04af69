import { zeroDollars } from '../../../contract/money.ts'
import { Money } from '../../parts/money.tsx'
import { useZone } from '../../parts/zone.ts'
import { labelOf } from './labels.ts'
import styles from './spend.module.css'
import type { Chart } from './spend.select.ts'

/** The chart's own figures as a table, for those who cannot see it or want the numbers (U-111). Each leads to its calls. */
export function Figures({
  chart,
  nameOf,
  hrefOf,
}: {
  chart: Chart
  nameOf: (key: string) => string
  hrefOf: (key: string | undefined, from: number, until: number) => string
}) {
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
              <th scope="row">
                <a href={hrefOf(undefined, bucket.at, bucket.until)}>{labelOf(bucket.at, chart.unit, zone)}</a>
              </th>
              {chart.keys.map((key, i) =>
                key === '' ? null : (
                  <td key={key}>
                    {bucket.costs[i] === 0 ? (
                      <Money amount={zeroDollars} />
                    ) : (
                      <a href={hrefOf(key, bucket.at, bucket.until)}>
                        <Money amount={bucket.costs[i] ?? bucket.total} />
                      </a>
                    )}
                  </td>
                ),
              )}
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
