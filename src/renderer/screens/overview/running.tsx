import { formatDuration, type SessionView } from '../../../contract/index.ts'
import { placeHref } from '../../live/place.ts'
import { useReef } from '../../live/reef.ts'
import { Card } from '../../parts/card.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { Elapsed } from '../../parts/time.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import styles from './overview.module.css'
import { selectRunning } from './overview.select.ts'

const SHOWN = 6

export function Running() {
  const sessions = useReef(selectRunning)
  const { running, slots, paused } = useReef(({ status }) => ({ running: status.sessionsRunning, slots: status.sessionsMax, paused: status.mode === 'paused' }))
  return (
    <Card className={styles.running} title="Running" note={`${running} of ${slots} slots`}>
      {sessions.length === 0 ? (
        <p className={styles.muted}>{paused ? 'Nothing: the factory is paused.' : 'Nothing. Agents at work stand here, with their last line.'}</p>
      ) : null}
      <ul className={styles.rows}>
        {sessions.slice(0, SHOWN).map((session) => (
          <Row key={session.id} session={session} />
        ))}
      </ul>
      {sessions.length > SHOWN ? (
        <a className={styles.more} href={placeHref('sessions')}>
          {(sessions.length - SHOWN).toLocaleString('en-NZ')} more sessions
        </a>
      ) : null}
    </Card>
  )
}

function Row({ session }: { session: SessionView }) {
  const expected = useReef((facts) => (session.taskId ? facts.tasks[session.taskId]?.expectedMs : undefined) ?? null)
  const model = session.model?.split('/').at(-1)
  return (
    <li>
      <StateMark machine="session" state={session.state} glyphOnly />
      <span>
        <a href={placeHref('sessions', session.id)}>{session.title}</a>
        <span className={styles.muted}>
          {' '}
          · {session.agent}
          {model ? ` · ${model}` : ''}
        </span>
      </span>
      <span className={styles.end}>
        <Elapsed from={session.startedAt} />
        {expected === null || session.role !== 'builder' ? null : <span className={styles.muted}> / {formatDuration(expected)}</span>}
      </span>
      <span className={`${styles.under} ${styles.line}`}>{session.lastLine ? showHidden(session.lastLine) : 'no output yet'}</span>
    </li>
  )
}
