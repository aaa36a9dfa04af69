import { useCallback, useState } from 'react'
import type { SessionView } from '../../../contract/index.ts'
import { goTo, usePlace } from '../../live/place.ts'
import { useAsk, useClient, useReef } from '../../live/reef.ts'
import { useKeys } from '../../parts/keys.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { SessionList } from './session-list.tsx'
import { SessionPane } from './session-pane.tsx'
import styles from './sessions.module.css'
import { isOpen, orderSessions, selectSessions, toGrid } from './sessions.select.ts'

const PAGE = 100
const READER = 'reef.terminal.reader'

/** Every session and its terminal: `#/sessions` shows up to four side by side, `#/sessions/<id>` one, with `?at=<ms>` from that moment on. */
export function SessionsScreen({ params: [id] }: { params: readonly string[] }) {
  const { query } = usePlace()
  const at = id && /^\d{1,16}$/.test(query['at'] ?? '') ? Number(query['at']) : undefined
  const live = useReef(selectSessions)
  const older = useOlder(id)
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [reader, setReader] = useState(() => localStorage.getItem(READER) === 'on')
  const known = new Set(live.map((session) => session.id))
  const sessions = orderSessions([...live, ...older.sessions.filter((session) => !known.has(session.id))])
  const one = id ? sessions.find((session) => session.id === id) : undefined
  const grid = toGrid(sessions, chosen)
  useKeys({
    escape: () => {
      if (id) goTo('sessions')
    },
    ']': () => step(1),
    '[': () => step(-1),
  })
  const step = (by: number) => {
    const next = sessions[Math.min(sessions.length - 1, Math.max(0, sessions.findIndex((session) => session.id === id) + by))]
    if (next) goTo('sessions', next.id)
  }
  const choose = (session: SessionView) =>
    setChosen((before) => (before.includes(session.id) ? before.filter((other) => other !== session.id) : [...before, session.id].slice(-4)))
  const setReading = (on: boolean) => {
    localStorage.setItem(READER, on ? 'on' : 'off')
    setReader(on)
  }
  const panes = id ? (one ? [one] : []) : grid
  return (
    <div className={styles.sessions}>
      <SessionList
        sessions={sessions}
        running={sessions.filter(isOpen).length}
        selected={id}
        chosen={chosen}
        onChoose={choose}
        onEnd={older.more}
        reader={reader}
        onReader={setReading}
      />
      <div className={styles.panes} data-count={panes.length}>
        {panes.map((session) => (
          <SessionPane
            key={`${session.id} ${at ?? ''}`}
            at={at}
            session={session}
            alone={panes.length === 1}
            focused={session.id === id}
            screenReader={reader}
          />
        ))}
        {panes.length === 0 ? (
          <div className={styles.nothing}>
            <RefusalNote refusal={older.refusal} again={older.again} />
            {id ? (
              <p>{older.loading ? 'Looking for this session…' : 'There is no such session.'}</p>
            ) : (
              <p>No session has run yet. When a task starts, its agent’s terminal stands here.</p>
            )}
          </div>
        ) : null}
      </div>
    </div>
  )
}

/** Sessions from before what the feed carries; read when the list is scrolled to its end, or when a link names one. */
function useOlder(id: string | undefined) {
  const client = useClient()
  const needed = useReef((facts) => id !== undefined && !(id in facts.sessions))
  const [pages, setPages] = useState<readonly SessionView[]>([])
  const [complete, setComplete] = useState(false)
  const first = useAsk(async (asked) => (await asked.session.list({ limit: needed ? 1000 : PAGE })).sessions, [needed])
  const sessions = [...(first.data ?? []), ...pages]
  const last = sessions.at(-1)?.id
  const more = useCallback(() => {
    if (complete || !last || (first.data?.length ?? 0) < PAGE) return
    client.session.list({ limit: PAGE, before: last }).then(
      (page) => {
        setPages((before) => (before.length === 0 || before.at(-1)?.id === last ? [...before, ...page.sessions] : before))
        if (page.sessions.length < PAGE) setComplete(true)
      },
      // Asked again the next time the end comes into view.
      () => undefined,
    )
  }, [client, complete, last, first.data])
  return { sessions, more, loading: first.loading, refusal: first.refusal, again: first.again }
}
