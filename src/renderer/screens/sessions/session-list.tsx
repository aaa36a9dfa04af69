import { Pin, PinOff } from 'lucide-react'
import { useState } from 'react'
import type { SessionView } from '../../../contract/index.ts'
import { goTo } from '../../live/place.ts'
import { Button } from '../../parts/button.tsx'
import { Checkbox } from '../../parts/field.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { Ago, Elapsed } from '../../parts/time.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import styles from './sessions.module.css'
import { isOpen, roleWords, toEnd } from './sessions.select.ts'

type Filter = 'all' | 'running'

/** All sessions, those that run first. The pin puts one into the grid; a row opens it alone. */
export function SessionList({
  sessions,
  running,
  selected,
  chosen,
  onChoose,
  onEnd,
  reader,
  onReader,
}: {
  sessions: readonly SessionView[]
  running: number
  selected: string | undefined
  chosen: readonly string[]
  onChoose: (session: SessionView) => void
  onEnd: () => void
  reader: boolean
  onReader: (on: boolean) => void
}) {
  const [filter, setFilter] = useState<Filter>('all')
  const rows = filter === 'all' ? sessions : sessions.filter(isOpen)
  const columns: readonly Column<SessionView>[] = [
    { id: 'session', head: 'Session', cell: (session) => <Row session={session} /> },
    {
      id: 'pin',
      head: <span className={styles.unseen}>In the grid</span>,
      width: '32px',
      cell: (session) => (
        <Button
          kind="quiet"
          aria-label={chosen.includes(session.id) ? 'Take out of the grid' : 'Show in the grid'}
          aria-pressed={chosen.includes(session.id)}
          icon={chosen.includes(session.id) ? <PinOff /> : <Pin />}
          onClick={(event) => {
            event.stopPropagation()
            onChoose(session)
            if (selected) goTo('sessions')
          }}
        />
      ),
    },
  ]
  return (
    <div className={styles.side}>
      <header className={styles.head}>
        <h1>Sessions</h1>
        {selected ? (
          <Button kind="quiet" onClick={() => goTo('sessions')}>
            Grid
          </Button>
        ) : null}
      </header>
      <Tabs
        label="Narrow"
        value={filter}
        onChange={setFilter}
        tabs={[
          { id: 'all', label: 'All', count: sessions.length },
          { id: 'running', label: 'Running', count: running },
        ]}
      />
      <div className={styles.list}>
        <Table
          label="Sessions"
          columns={columns}
          rows={rows}
          rowKey={(session) => session.id}
          rowHeight={66}
          selected={selected ?? ''}
          onOpen={(session) => goTo('sessions', session.id)}
          onEnd={onEnd}
          empty={filter === 'running' ? 'Nothing runs at the moment.' : 'No session has run yet.'}
        />
      </div>
      <Checkbox label="Terminals for screen readers" checked={reader} onChange={(event) => onReader(event.target.checked)} />
    </div>
  )
}

function Row({ session }: { session: SessionView }) {
  return (
    <span className={styles.row}>
      <span className={styles.line}>
        <StateMark machine="session" state={session.state} glyphOnly />
        <b className={styles.cut}>{session.title}</b>
        <span className={styles.end}>{session.endedAt === null ? <Elapsed from={session.startedAt} /> : <Ago at={session.endedAt} />}</span>
      </span>
      <span className={styles.muted}>
        {session.agent} {roleWords[session.role]} · {session.driver}
        {session.model ? ` · ${session.model.slice(session.model.lastIndexOf('/') + 1)}` : ''}
      </span>
      <span className={styles.muted}>{toEnd(session) ?? <code>{showHidden(session.lastLine ?? 'no output yet')}</code>}</span>
    </span>
  )
}
