import { placeHref } from '../../live/place.ts'
import { useReef } from '../../live/reef.ts'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { RehearsalLabel } from '../../parts/rehearsal-label.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { Ago } from '../../parts/time.tsx'
import styles from './overview.module.css'
import { selectReleased } from './overview.select.ts'

const SHOWN = 8

/** What runs for others to use, with its address and when it last answered. */
export function Released() {
  const releases = useReef(selectReleased)
  const down = releases.filter((release) => release.state === 'unhealthy' || release.state === 'failed').length
  return (
    <Card className={styles.released} title="Released" note={`up ${releases.length - down} · down ${down}`}>
      {releases.length === 0 ? <Empty title="Nothing is released yet.">A plan that ends with a delivery puts its product here, with its address.</Empty> : null}
      {releases.length > 0 ? (
        <table className={styles.table}>
          <thead>
            <tr>
              <th>project</th>
              <th>health</th>
              <th>address</th>
              <th data-align="end">answered</th>
              <th data-align="end">up since</th>
            </tr>
          </thead>
          <tbody>
            {releases.slice(0, SHOWN).map((release) => (
              <tr key={release.id}>
                <td data-fixed="true">
                  <a href={placeHref('plans', release.planId)}>{release.project}</a> {release.rehearsal ? <RehearsalLabel /> : null}
                </td>
                <td>
                  <StateMark machine="release" state={release.state} />
                  {release.error ? <span className={styles.muted}> {release.error}</span> : null}
                </td>
                <td data-fixed="true">
                  {release.url ? (
                    <a href={release.url} target="_blank" rel="noreferrer">
                      {release.url}
                    </a>
                  ) : (
                    '—'
                  )}
                </td>
                <td data-align="end">
                  {release.lastStatus ?? '—'}
                  {release.latencyMs === null ? '' : ` in ${release.latencyMs} ms`}
                  {release.checkedAt === null ? null : (
                    <span className={styles.muted}>
                      {' '}
                      <Ago at={release.checkedAt} />
                    </span>
                  )}
                </td>
                <td data-align="end">
                  <Ago at={release.startedAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {releases.length > SHOWN ? <p className={styles.more}>{(releases.length - SHOWN).toLocaleString('en-NZ')} more are up.</p> : null}
    </Card>
  )
}
