import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Instant, Refusal, SessionId, SessionView } from '../../../contract/index.ts'
import { useClient } from '../../live/reef.ts'
import { toRefusal } from '../../live/refusal.ts'
import { Button } from '../../parts/button.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { FindBar } from './find-bar.tsx'
import type { FollowState } from './follower.ts'
import { LinkQuestion } from './link-question.tsx'
import styles from './terminal.module.css'
import { createTerminalView, type TerminalView } from './terminal-view.ts'

type Reading = { readonly follow: FollowState; readonly paused: boolean; readonly below: number; readonly more: boolean; readonly cut: boolean }
const start: Reading = { follow: { kind: 'following' }, paused: false, below: 0, more: false, cut: false }

/**
 * One session's record as a terminal, to be read only. Scrolling up or Space pauses it, End follows again; Ctrl+F finds, Home goes to what is
 * there first. `tools` stand at the right of its bar.
 */
export function TerminalPane({
  session,
  at,
  label,
  small,
  focused,
  screenReader,
  tools,
}: {
  session: Pick<SessionView, 'id' | 'bytes'>
  /** The moment to begin at; without it the end is shown. */
  at?: number | undefined
  label: string
  small: boolean
  focused: boolean
  screenReader: boolean
  tools?: ReactNode
}) {
  const client = useClient()
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<TerminalView>(null)
  const [reading, setReading] = useState(start)
  const [finding, setFinding] = useState(false)
  const [found, setFound] = useState({ index: -1, count: 0 })
  const [link, setLink] = useState<string>()
  const [lost, setLost] = useState<Refusal>()
  const first = useRef({ bytes: session.bytes, focused, screenReader })
  const { id } = session

  useEffect(() => {
    const element = host.current
    if (!element) return
    const stop = new AbortController()
    setReading(start)
    setLost(undefined)
    // A moment that cannot be found is no reason to show nothing.
    const seek = async () => {
      if (at === undefined) return undefined
      try {
        return (await client.session.seek({ id: id as SessionId, at: at as Instant })).offset
      } catch (error) {
        if (!stop.signal.aborted) setLost(toRefusal(error))
        return undefined
      }
    }
    void Promise.all([import('./xterm.ts'), seek()]).then(([{ openXterm }, from]) => {
      if (stop.signal.aborted) return
      view.current = createTerminalView({
        host: element,
        open: openXterm,
        record: (from, signal) => client.session.follow({ id: id as SessionId, from }, { signal }),
        bytes: first.current.bytes,
        from,
        focused: first.current.focused,
        screenReader: first.current.screenReader,
        onReading: (change) => setReading((before) => ({ ...before, ...change })),
        onFind: () => setFinding(true),
        onFound: setFound,
        onLink: setLink,
      })
    })
    return () => {
      stop.abort()
      view.current?.dispose()
      view.current = null
    }
  }, [client, id, at])
  useEffect(() => view.current?.setScreenReader(screenReader), [screenReader])

  const closeFind = () => {
    setFinding(false)
    view.current?.stopFinding()
    view.current?.focus()
  }
  const closeLink = () => {
    setLink(undefined)
    // After the dialog has given the focus back to nobody in particular.
    setTimeout(() => view.current?.focus(), 50)
  }
  return (
    <div className={styles.pane} data-paused={reading.paused}>
      <div className={styles.bar}>
        <Position reading={reading} onFollow={() => view.current?.followOn()} onPause={() => view.current?.pause()} />
        {reading.cut ? (
          <Button kind="quiet" title="What came before was not loaded" onClick={() => view.current?.fromStart()}>
            From the start
          </Button>
        ) : null}
        <span className={styles.push} />
        <Button kind="quiet" onClick={() => setFinding(true)}>
          Find
        </Button>
        {tools}
      </div>
      {finding ? (
        <FindBar
          found={found}
          onFind={(text, options) => view.current?.find(text, options)}
          onBack={(text, options) => view.current?.findBack(text, options)}
          onClose={closeFind}
        />
      ) : null}
      <RefusalNote refusal={lost} />
      {reading.follow.kind === 'lost' ? <RefusalNote refusal={reading.follow.refusal} /> : null}
      <section ref={host} className={styles.host} data-small={small} aria-label={label} />
      <LinkQuestion url={link} onClose={closeLink} />
    </div>
  )
}

function Position({ reading: { follow, paused, below, more }, onFollow, onPause }: { reading: Reading; onFollow: () => void; onPause: () => void }) {
  if (paused)
    return (
      <Button kind="plain" className={styles.behind} aria-keyshortcuts="End" onClick={onFollow}>
        ↓ {below.toLocaleString('en-NZ')}
        {more ? '+' : ''} {below === 1 && !more ? 'line' : 'lines'} below · follow
      </Button>
    )
  if (follow.kind === 'ended') return <span className={styles.note}>Ended; this is its record.</span>
  return (
    <Button kind="quiet" aria-keyshortcuts="Space" onClick={onPause} disabled={follow.kind === 'lost'}>
      {follow.kind === 'lost' ? 'Trying again…' : 'Following · pause'}
    </Button>
  )
}
