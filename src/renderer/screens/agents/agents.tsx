import { useState } from 'react'
import type { Instant } from '../../../contract/time.ts'
import { goTo, placeHref, replacePlace } from '../../live/place.ts'
import { useAsk, useEvents, useReef } from '../../live/reef.ts'
import { Card } from '../../parts/card.tsx'
import { startOfDay } from '../../parts/days.ts'
import { Empty } from '../../parts/empty.tsx'
import { Money } from '../../parts/money.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { usePaced } from '../../parts/use-paced.ts'
import { useRowKeys } from '../../parts/use-row-keys.ts'
import styles from './agents.module.css'
import { type RosterRow, toCounts, toOrphans, toRoster } from './agents.select.ts'
import { Detail } from './detail.tsx'
import { agentDrafts } from './drafts.ts'

const REFRESH_MS = 1000

/** The roster (U-31), and one agent beside it at `#/agents/<name>`. */
export function AgentsScreen({ params }: { params: readonly string[] }) {
  const name = params[0]
  const roster = useRoster()
  const programs = useAsk((client) => client.program.list(), [])
  const models = useModels()
  const drafts = agentDrafts.useNames()
  useRowKeys(
    roster.rows,
    (one) => one.agent.name === name,
    (one) => replacePlace('agents', one.agent.name),
  )
  const row = roster.rows.find((one) => one.agent.name === name)
  return (
    <div className={styles.screen} data-open={name !== undefined}>
      <h1 className={styles.unseen}>Agents</h1>
      <Card className={styles.main} title="Agents" note={toCounts(roster.rows.map((one) => one.agent))}>
        <RefusalNote refusal={roster.refusal} again={roster.again} />
        {roster.orphans.map(({ file, line, message }) => (
          <p key={file} className={styles.problem}>
            <span aria-hidden="true">▲</span> {file} was refused{line === null ? '' : ` in line ${line}`}: {message}. No agent comes from it until it is mended.
          </p>
        ))}
        <div className={styles.list}>
          <Table
            label="Roster, active agents first"
            columns={name === undefined ? columns(drafts) : columns(drafts).filter((column) => beside.has(column.id))}
            rows={roster.rows}
            rowKey={(one) => one.agent.name}
            rowHeight={34}
            selected={name}
            onOpen={(one) => goTo('agents', one.agent.name)}
            empty={
              <Empty title="The roster is empty.">
                One markdown file for each agent, in the folder “agents” of the data directory. A new file comes into force at once.
              </Empty>
            }
          />
        </div>
      </Card>
      {row ? (
        <Detail key={row.agent.name} row={row} programs={programs.data?.programs} models={models} />
      ) : name !== undefined ? (
        <Card title={name} className={styles.detail}>
          <Empty title={`There is no agent ${name}.`} action={<a href={placeHref('agents')}>Show the roster</a>} />
        </Card>
      ) : null}
    </div>
  )
}

function useRoster() {
  const known = useReef((facts) => Object.values(facts.agents))
  const tasks = useReef((facts) => Object.values(facts.tasks))
  const recent = useReef((facts) => facts.recent)
  const zone = useReef((facts) => facts.status.timeZone)
  const [changes, setChanges] = useState(0)
  const [settled, setSettled] = useState(0)
  useEvents(({ type }) => {
    if (type.startsWith('agent.')) setChanges((n) => n + 1)
    if (type === 'call.settled') setSettled((n) => n + 1)
  })
  // The feed tells of a refused file, but not which agent it leaves with an older version: that is in the list.
  const listed = useAsk((client) => client.agent.list(), [usePaced(changes, 200)])
  const spend = useAsk((client) => client.spend.summary({ by: 'agent', since: startOfDay(Date.now(), zone) as Instant }), [zone, usePaced(settled, REFRESH_MS)])
  const agents = listed.data?.agents ?? known
  return {
    rows: toRoster(agents, tasks, spend.data?.rows ?? []),
    orphans: toOrphans(recent, agents),
    refusal: listed.refusal,
    again: listed.again,
  }
}

/** Every model of every connected provider, as PROVIDER/MODEL; a provider that does not answer leaves the others. */
function useModels(): readonly string[] {
  const providers = useReef((facts) => Object.values(facts.providers).flatMap((provider) => (provider.rehearsal ? [] : [provider.name])))
  const answer = useAsk(
    (client) =>
      Promise.allSettled(providers.map((name) => client.provider.catalogue({ name }))).then((all) =>
        all.flatMap((one) => (one.status === 'fulfilled' ? one.value.models : [])),
      ),
    [providers.join(' ')],
  )
  return (answer.data ?? []).map((model) => model.ref)
}

/** What stays readable beside an opened agent. */
const beside = new Set(['name', 'state', 'model', 'today'])

const columns = (drafts: readonly string[]): readonly Column<RosterRow>[] => [
  {
    id: 'name',
    head: 'agent',
    width: 'minmax(96px, 1fr)',
    cell: ({ agent }) => (
      <span className={styles.name} data-active={agent.active}>
        <a href={placeHref('agents', agent.name)}>{agent.name}</a>
        {agent.problem ? (
          <span className={styles.problem} title={`line ${agent.problem.line ?? '?'}: ${agent.problem.message}`}>
            <span aria-hidden="true">▲</span> {agent.problem.line === null ? 'problem' : `line ${agent.problem.line}`}
          </span>
        ) : null}
        {drafts.includes(agent.name) ? <span className={styles.muted}>not saved</span> : null}
      </span>
    ),
  },
  { id: 'role', head: 'role', width: 'minmax(110px, 2fr)', cell: ({ agent }) => <span title={agent.role}>{agent.role}</span> },
  {
    id: 'state',
    head: 'now',
    width: 'minmax(120px, 1.6fr)',
    cell: ({ state, task, more }) => (
      <span className={styles.state} data-attention={state.attention}>
        <span aria-hidden="true">{state.glyph}</span> {state.word}
        {task ? ` ${task.key} ${task.title}` : null}
        {more > 0 ? ` +${more}` : null}
      </span>
    ),
  },
  { id: 'today', head: 'today', width: '68px', align: 'end', cell: ({ today }) => <Money amount={today} /> },
  {
    id: 'model',
    head: 'model, then fallback',
    width: 'minmax(120px, 2fr)',
    cell: ({ agent }) => (
      <span title={agent.fallback ? `falls back to ${agent.fallback}` : 'no fallback'}>
        {agent.model ?? <span className={styles.muted}>none</span>}
        {agent.fallback ? <span className={styles.muted}> then {agent.fallback}</span> : null}
      </span>
    ),
  },
  { id: 'driver', head: 'driver', width: 'minmax(76px, 0.8fr)', cell: ({ agent }) => agent.driver },
  { id: 'tier', head: 'tier', width: '68px', cell: ({ agent }) => agent.tier },
]
