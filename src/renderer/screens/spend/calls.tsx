import { useCallback } from 'react'
import type { CallView } from '../../../contract/ledger.ts'
import { formatDuration } from '../../../contract/time.ts'
import { placeHref, replaceHref, usePlace, withQuery } from '../../live/place.ts'
import { useClient } from '../../live/reef.ts'
import { toRefusal } from '../../live/refusal.ts'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { useKeys } from '../../parts/keys.ts'
import { Money } from '../../parts/money.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { RehearsalLabel } from '../../parts/rehearsal-label.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { At } from '../../parts/time.tsx'
import { usePages } from '../../parts/use-pages.ts'
import { useRowKeys } from '../../parts/use-row-keys.ts'
import { CallDetail } from './call-detail.tsx'
import styles from './calls.module.css'
import { callStateWords, confidenceWords, paging, toFilter } from './calls.select.ts'
import { FilterBar } from './filter-bar.tsx'
import type { SpendDeps } from './spend.select.ts'

const LIMIT = 200
const count = (n: number): string => n.toLocaleString('en-US')

/** Every call to a model, newest first, with its four kinds of tokens and how sure its price is (U-71, U-78). The address holds the filters. */
export function Calls({ version, nameOfTask, opened }: SpendDeps & { opened: string | undefined }) {
  const client = useClient()
  const { query } = usePlace()
  const filter = toFilter(query)
  const narrowed = JSON.stringify(filter)
  const read = useCallback(
    (after: CallView | undefined) =>
      client.spend.calls({ limit: LIMIT, ...(after && { before: after.id }), ...(JSON.parse(narrowed) as typeof filter) }).then((answer) => answer.calls),
    [client, narrowed],
  )
  const pages = usePages(paging, read, LIMIT, version)
  const hrefOf = (call: string | undefined) => withQuery(placeHref('spend', 'calls', call), query)
  const open = (call: CallView) => replaceHref(hrefOf(call.id))
  const close = () => replaceHref(hrefOf(undefined))
  useRowKeys(pages.rows, (call) => call.id === opened, open)
  useKeys(opened === undefined ? {} : { escape: close })
  return (
    <div className={styles.beside} data-open={opened !== undefined}>
      <Card
        className={styles.calls}
        title="Calls"
        note={
          pages.rows.length === 0 ? null : pages.complete ? `all ${count(pages.rows.length)}` : `the newest ${count(pages.rows.length)}, more as you scroll`
        }
      >
        <FilterBar filter={filter} nameOfTask={nameOfTask} onChange={(next) => replaceHref(withQuery(placeHref('spend', 'calls'), next))} />
        <RefusalNote refusal={pages.problem === undefined ? undefined : toRefusal(pages.problem)} again={pages.again} />
        {pages.loading ? (
          <Skeleton lines={6} label="Loading calls" />
        ) : (
          <div className={styles.list} data-empty={pages.rows.length === 0}>
            <Table
              label="Calls to models, newest first"
              columns={opened === undefined ? columns(nameOfTask) : columns(nameOfTask).filter(({ id }) => shownBeside.has(id))}
              rows={pages.rows}
              rowKey={(call) => call.id}
              selected={opened}
              onOpen={open}
              onEnd={pages.more}
              empty={
                pages.problem !== undefined ? (
                  'Not known.'
                ) : narrowed === '{}' ? (
                  <Empty title="No calls yet.">Every request to a model appears here with its tokens and its price, as soon as it is answered.</Empty>
                ) : (
                  <Empty title="No call fits these filters.">Take one of them away to see more.</Empty>
                )
              }
            />
          </div>
        )}
      </Card>
      {opened === undefined ? null : <CallDetail key={opened} id={opened} nameOfTask={nameOfTask} onClose={close} />}
    </div>
  )
}

const shownBeside = new Set(['at', 'agent', 'model', 'cost', 'state'])

const columns = (nameOfTask: (id: string) => string): readonly Column<CallView>[] => [
  { id: 'at', head: 'time', width: '118px', cell: (call) => <At at={call.at} seconds /> },
  { id: 'agent', head: 'agent', width: 'minmax(64px, 1fr)', cell: (call) => call.agent },
  {
    id: 'model',
    head: 'model',
    width: 'minmax(120px, 3fr)',
    cell: (call) => <span title={`${call.provider}/${call.model}`}>{`${call.provider}/${call.model}`}</span>,
  },
  { id: 'task', head: 'task', width: 'minmax(90px, 2fr)', cell: (call) => <TaskLink call={call} nameOfTask={nameOfTask} /> },
  { id: 'cost', head: 'cost', width: '64px', align: 'end', cell: (call) => <Money amount={call.cost} /> },
  {
    id: 'confidence',
    head: 'price is',
    width: '96px',
    cell: (call) => (call.confidence === 'rehearsal' ? <RehearsalLabel /> : call.state === 'open' ? '' : confidenceWords[call.confidence]),
  },
  { id: 'input', head: 'input', width: '72px', align: 'end', cell: (call) => count(call.usage.input) },
  { id: 'cacheRead', head: 'cache read', width: '80px', align: 'end', cell: (call) => count(call.usage.cacheRead) },
  { id: 'cacheWrite', head: 'cache write', width: '84px', align: 'end', cell: (call) => count(call.usage.cacheWrite) },
  { id: 'output', head: 'output', width: '64px', align: 'end', cell: (call) => count(call.usage.output) },
  { id: 'took', head: 'took', width: '56px', align: 'end', cell: (call) => (call.latencyMs === null ? '' : formatDuration(call.latencyMs)) },
  {
    id: 'state',
    head: 'state',
    width: '92px',
    cell: (call) => (
      <span
        data-attention={call.state === 'failed' ? 'high' : 'quiet'}
        className={styles.standing}
        title={call.status === null ? undefined : `HTTP ${call.status}`}
      >
        {call.state === 'failed' ? '▲ ' : ''}
        {callStateWords[call.state]}
      </span>
    ),
  },
]

function TaskLink({ call, nameOfTask }: { call: CallView; nameOfTask: (id: string) => string }) {
  const { taskId, planId } = call
  const name = taskId ? nameOfTask(taskId) : 'planning'
  return planId ? <a href={placeHref('plans', planId, taskId)}>{name}</a> : <span className={styles.muted}>{name}</span>
}
