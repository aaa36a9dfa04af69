import { useMemo, useState } from 'react'
import { formatDuration, formatMoney, type TaskView } from '../../../contract/index.ts'
import { useNow } from '../../parts/now.ts'
import { StateMark } from '../../parts/state-mark.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import styles from './plan.module.css'
import { countGroups, type Group, groupOf, groups, groupWords } from './plan.select.ts'
import type { PlanStore } from './plan-store.ts'
import { useSummary, useTask } from './use-plan.ts'
import { toElapsed, toReason, toWho } from './words.ts'

/**
 * The graph's twin for keyboards and readers (U-111): the same tasks in the plan's order, so that nothing jumps while it
 * is read. A cell follows its own task; which rows there are is looked at a few times a second.
 */
export function TaskList({ store, selected, onOpen }: { store: PlanStore; selected: string | undefined; onOpen: (taskId: string) => void }) {
  const [group, setGroup] = useState<Group | 'all'>('all')
  const { counts, ids, total } = useSummary(store, 250, (now) => {
    const tasks = now.tasks()
    return { counts: countGroups(tasks), total: tasks.length, ids: tasks.map((task) => ({ id: task.id, group: groupOf(task) })) }
  })
  const rows = useMemo(() => (group === 'all' ? ids : ids.filter((row) => row.group === group)), [ids, group])
  const columns = useMemo(() => toColumns(store), [store])
  return (
    <div className={styles.list}>
      <Tabs
        label="Narrow by what they wait for"
        value={group}
        onChange={setGroup}
        tabs={[{ id: 'all', label: 'All', count: total }, ...groups.map((id) => ({ id, label: groupWords[id], count: counts[id] }))]}
      />
      <div className={styles.fill}>
        <Table
          label="Tasks"
          columns={columns}
          rows={rows}
          rowKey={(row) => row.id}
          selected={selected ?? ''}
          onOpen={(row) => onOpen(row.id)}
          empty="No task is in this group."
        />
      </div>
    </div>
  )
}

type Row = { readonly id: string }
function toColumns(store: PlanStore): readonly Column<Row>[] {
  const cell = (show: (task: TaskView) => React.ReactNode) => (row: Row) => <Cell store={store} id={row.id} show={show} />
  return [
    { id: 'state', head: 'State', width: '120px', cell: cell((task) => <StateMark machine="task" state={task.state} />) },
    {
      id: 'title',
      head: 'Task',
      width: 'minmax(0, 2fr)',
      cell: cell((task) => (
        <>
          <b>{task.key}</b> {task.title}
        </>
      )),
    },
    { id: 'why', head: 'Why', width: 'minmax(0, 2fr)', cell: cell((task) => toReason(task) || '–') },
    { id: 'agent', head: 'Agent', width: 'minmax(0, 1fr)', cell: cell((task) => toWho(task)) },
    { id: 'after', head: 'After', width: '90px', cell: cell((task) => task.dependsOn.join(', ') || '–') },
    { id: 'attempts', head: 'Attempts', width: '76px', align: 'end', cell: cell((task) => `${task.attempts} of ${task.maxAttempts}`) },
    { id: 'time', head: 'Time', width: '76px', align: 'end', cell: cell((task) => <Time task={task} />) },
    { id: 'spent', head: 'Spent', width: '70px', align: 'end', cell: cell((task) => formatMoney(task.spent)) },
  ]
}

function Cell({ store, id, show }: { store: PlanStore; id: string; show: (task: TaskView) => React.ReactNode }) {
  const task = useTask(store, id)
  return task ? show(task) : null
}

function Time({ task }: { task: TaskView }) {
  return task.startedAt !== null && task.endedAt === null ? <Ticking task={task} /> : <span>{words(toElapsed(task, 0))}</span>
}
function Ticking({ task }: { task: TaskView }) {
  return <span>{words(toElapsed(task, useNow(1000)))}</span>
}
const words = (ms: number | null) => (ms === null ? '–' : formatDuration(ms))
