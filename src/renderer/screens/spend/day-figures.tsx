import { Money } from '../../parts/money.tsx'
import { useZone } from '../../parts/zone.ts'
import type { CoursePoint } from './insight.select.ts'
import styles from './spend.module.css'

/** The line of the day as a table (U-111). */
export function DayFigures({ course }: { course: readonly CoursePoint[] }) {
  const zone = useZone()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
    <section className={styles.scroll} tabIndex={0} aria-label="Figures of the day">
      <table className={styles.numbers}>
        <caption>Spent until, summed up</caption>
        <thead>
          <tr>
            <th scope="col">time</th>
            <th scope="col">spent</th>
            <th scope="col">expected, from</th>
            <th scope="col">to</th>
          </tr>
        </thead>
        <tbody>
          {course.map(({ at, spent, band }) => (
            <tr key={at}>
              <th scope="row">{spent === null ? 'end of the day' : zone.time(at)}</th>
              <td>{spent === null ? '' : <Money amount={spent} />}</td>
              <td>{band && spent === null ? <Money amount={band[0]} /> : ''}</td>
              <td>{band && spent === null ? <Money amount={band[1]} /> : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
