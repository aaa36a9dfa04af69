import { useCallback } from 'react'
import type { PlanId, TaskId } from '../../../contract/ids.ts'
import type { CallView } from '../../../contract/ledger.ts'
import { formatDuration } from '../../../contract/time.ts'
import { placeHref } from '../../live/place.ts'
import { useClient } from '../../live/reef.ts'
import { toRefusal } from '../../live/refusal.ts'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Money } from '../../parts/money.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { RehearsalLabel } from '../../parts/rehearsal-label.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { At } from '../../parts/time.tsx'
import { usePages } from '../../parts/use-pages.ts'
import { callStateWords, confidenceWords, paging } from './calls.select.ts'
import styles from './spend.module.css'

const LIMIT = 200
const count = (n: number): string => n.toLocaleString('en-US')

export type CallFilter = { readonly taskId?: TaskId; readonly planId?: PlanId }

/** Every call to a model, newest first, with its four kinds of tokens and how sure its price is (U-71, U-78). */
export function Calls({ filter, version, nameOfTask }: { filter: CallFilter; version: string; nameOfTask: (id: string) => string }) {
  const client = useClient()
  const { taskId, planId } = filter
  const read = useCallback(
    (after: CallView | undefined) =>
      client.spend
        .calls({ limit: LIMIT, ...(after && { before: after.id }), ...(taskId && { taskId }), ...(planId && { planId }) })
        .then((answer) => answer.calls),
    [client, taskId, planId],
  )
  const pages = usePages(paging, read, LIMIT, version)
  const narrowed = taskId !== undefined || planId !== undefined
  return (
    <Card
      className={styles.calls}
      title={narrowed ? `Calls of ${nameOfTask(taskId ?? planId ?? '')}` : 'Calls'}
      note={pages.rows.length === 0 ? null : pages.complete ? `all ${count(pages.rows.length)}` : `the newest ${count(pages.rows.length)}, more as you scroll`}
      actions={narrowed ? <a href="#/spend">Show all calls</a> : null}
    >
      <RefusalNote refusal={pages.problem === undefined ? undefined : toRefusal(pages.problem)} again={pages.again} />
      {pages.loading ? (
        <Skeleton lines={6} label="Loading calls" />
      ) : (
        <div className={styles.list} data-empty={pages.rows.length === 0}>
          <Table
            label="Calls to models, newest first"
            columns={columns(nameOfTask)}
            rows={pages.rows}
            rowKey={(call) => call.id}
            onEnd={pages.more}
            empty={
              pages.problem === undefined ? (
                <Empty title="No calls yet.">Every request to a model appears here with its tokens and its price, as soon as it is answered.</Empty>
              ) : (
                'Not known.'
              )
            }
          />
        </div>
      )}
    </Card>
  )
}

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
