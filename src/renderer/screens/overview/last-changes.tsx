import { placeHref } from '../../live/place.ts'
import { useReef } from '../../live/reef.ts'
import { Card } from '../../parts/card.tsx'
import { At } from '../../parts/time.tsx'
import styles from './overview.module.css'
import { tell } from './told.ts'

const SHOWN = 6

/** The last things that an owner would want to hear of, newest first. */
export function LastChanges() {
  const recent = useReef((facts) => facts.recent)
  const lines = recent.flatMap((event) => {
    const told = tell(event)
    return told ? [{ ...told, seq: event.seq, at: event.at }] : []
  })
  return (
    <Card className={styles.changes} title="Last changes" note={<a href={placeHref('audit')}>all in the audit</a>}>
      {lines.length === 0 ? <p className={styles.muted}>Nothing has happened yet.</p> : null}
      <ul className={styles.rows}>
        {lines
          .slice(-SHOWN)
          .reverse()
          .map((line) => (
            <li key={line.seq}>
              <span aria-hidden="true" className={styles.muted}>
                {line.glyph}
              </span>
              <span>{line.href ? <a href={line.href}>{line.text}</a> : line.text}</span>
              <span className={`${styles.end} ${styles.muted}`}>
                <At at={line.at} />
              </span>
            </li>
          ))}
      </ul>
    </Card>
  )
}
