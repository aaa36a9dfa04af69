import { Maximize2 } from 'lucide-react'
import { useState } from 'react'
import type { SessionId, SessionView } from '../../../contract/index.ts'
import type { ReefClient } from '../../live/feed.ts'
import { goTo, placeHref } from '../../live/place.ts'
import { useClient, useCommand, useReef } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { RehearsalLabel } from '../../parts/rehearsal-label.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { Elapsed } from '../../parts/time.tsx'
import styles from './sessions.module.css'
import { isOpen, roleWords, toEnd } from './sessions.select.ts'
import { TerminalPane } from './terminal.tsx'

/** A session's terminal with what it is and what can be done with it. */
export function SessionPane({
  session,
  at,
  alone,
  focused,
  screenReader,
}: {
  session: SessionView
  /** The moment to begin at, epoch milliseconds. */
  at: number | undefined
  alone: boolean
  focused: boolean
  screenReader: boolean
}) {
  const rehearsal = useReef((facts) => (session.planId ? (facts.plans[session.planId]?.rehearsal ?? false) : false))
  const end = toEnd(session)
  const model = session.model ? ` · ${session.model}` : ''
  return (
    <article className={styles.pane} aria-label={`${session.agent} ${roleWords[session.role]}: ${session.title}`}>
      <header className={styles.head}>
        <StateMark machine="session" state={session.state} />
        <h2 className={styles.cut} title={`${session.agent} ${roleWords[session.role]} · ${session.driver}${model}`}>
          {session.agent} · {session.title}
        </h2>
        {rehearsal ? <RehearsalLabel /> : null}
        <span className={styles.end}>
          <Elapsed from={session.startedAt} to={session.endedAt} />
        </span>
        {alone ? null : <Button kind="quiet" aria-label="This one alone" icon={<Maximize2 />} onClick={() => goTo('sessions', session.id)} />}
      </header>
      {alone ? (
        <p className={styles.about}>
          {roleWords[session.role]} with {session.driver}
          {model}
          {session.pid !== null && isOpen(session) ? ` · process ${session.pid}` : ''}
          {end ? ` · ${end}` : ''}
          {session.planId && session.taskId ? (
            <>
              {' · '}
              <a href={placeHref('plans', session.planId, session.taskId)}>its task</a>
            </>
          ) : null}
        </p>
      ) : null}
      <TerminalPane
        session={session}
        at={at}
        label={`Terminal of ${session.agent}, ${session.title}`}
        small={!alone}
        focused={focused}
        screenReader={screenReader}
        tools={
          <>
            <CopyAll id={session.id} />
            {isOpen(session) ? <Stop session={session} /> : null}
          </>
        }
      />
    </article>
  )
}

/** The whole record as plain text, whatever part of it the terminal holds. */
function CopyAll({ id }: { id: SessionId }) {
  const client = useClient()
  const [busy, setBusy] = useState(false)
  const copy = async () => {
    setBusy(true)
    try {
      await navigator.clipboard.writeText(stripEscapes(await readAll(client, id)))
      say('The whole record is on the clipboard.')
    } catch {
      say('The record could not be copied.', 'alarm')
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button kind="quiet" pending={busy} onClick={copy}>
      Copy all
    </Button>
  )
}

async function readAll(client: ReefClient, id: SessionId): Promise<string> {
  const parts: string[] = []
  for (let from = 0; ; ) {
    const { text } = await client.session.log({ id, from, max: 4_000_000 })
    if (text === '') return parts.join('')
    parts.push(text)
    from += text.length
  }
}

function stripEscapes(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are made of control characters.
  return text.replaceAll(/\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)?|\[[0-?]*[ -/]*[@-~]?|[@-Z\\-_])/g, '').replaceAll('\r\n', '\n')
}

function Stop({ session }: { session: SessionView }) {
  const [asking, setAsking] = useState(false)
  const stop = useCommand((client) => client.session.stop({ id: session.id }))
  const close = () => {
    setAsking(false)
    stop.clear()
  }
  const confirm = async () => {
    const done = await stop.run()
    if (!done) return
    close()
    if (done.survivors > 0) say(`${done.survivors} of its processes did not stop.`, 'alarm')
  }
  return (
    <>
      <Button kind="quiet" onClick={() => setAsking(true)}>
        Stop…
      </Button>
      <Confirm
        open={asking}
        onClose={close}
        onConfirm={confirm}
        title={`Stop ${session.agent}’s session?`}
        verb={session.role === 'product' ? 'Stop the product' : 'Stop the session'}
        danger
        pending={stop.pending}
        refusal={stop.refusal}
      >
        Its program and everything it started are ended.{' '}
        {session.role === 'product' ? 'Nobody can reach it then.' : 'The record stays; the task can be run again.'}
      </Confirm>
    </>
  )
}
