import { useMemo, useState } from 'react'
import { PlanId, TaskId } from '../../../contract/ids.ts'
import { useAsk, useEvents, useLive, useReef } from '../../live/reef.ts'
import { usePaced } from '../../parts/use-paced.ts'
import { type CallFilter, Calls } from './calls.tsx'
import styles from './spend.module.css'
import { Summary } from './summary.tsx'
import { Today } from './today.tsx'

const REFRESH_MS = 1000
const NAMES = 1000

/** What the factory costs: today against its limits, by span and dimension, and every call. `#/spend/<task or plan>` narrows the calls. */
export function SpendScreen({ params }: { params: readonly string[] }) {
  const [settled, setSettled] = useState(0)
  useEvents((event) => {
    if (event.type === 'call.settled') setSettled((n) => n + 1)
  })
  const epoch = useLive((state) => state.epoch)
  const version = `${epoch}.${usePaced(settled, REFRESH_MS)}`
  const nameOfTask = useNames()
  return (
    <div className={styles.screen}>
      <h1 className={styles.unseen}>Spend</h1>
      <SpentToday />
      <Summary version={version} nameOfTask={nameOfTask} hrefOfTask={(id) => `#/spend/${id}`} />
      <Calls filter={toFilter(params[0])} version={version} nameOfTask={nameOfTask} />
    </div>
  )
}

/** Apart from the rest, because a pulse moves it every second. */
function SpentToday() {
  return <Today spend={useReef((facts) => facts.spend)} />
}

/** What a task or a plan is called: from the feed, or for those of ended plans from the list; what neither knows keeps the end of its id. */
function useNames(): (id: string) => string {
  const tasks = useReef((facts) => facts.tasks)
  const plans = useReef((facts) => facts.plans)
  const listed = useAsk((client) => client.task.list({ limit: NAMES }), [])
  const older = useMemo(() => new Map((listed.data?.tasks ?? []).map((task) => [task.id as string, task])), [listed.data])
  return (id) => {
    const task = tasks[id] ?? older.get(id)
    return task ? `${task.key} ${task.title}` : (plans[id]?.title ?? `…${id.slice(-6)}`)
  }
}

function toFilter(param: string | undefined): CallFilter {
  const task = TaskId.safeParse(param)
  if (task.success) return { taskId: task.data }
  const plan = PlanId.safeParse(param)
  return plan.success ? { planId: plan.data } : {}
}
