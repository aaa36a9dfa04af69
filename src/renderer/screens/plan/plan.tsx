import { useEffect, useState } from 'react'
import { goTo, replacePlace } from '../../live/place.ts'
import { Kbd } from '../../parts/kbd.tsx'
import { useKeys } from '../../parts/keys.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { toCritical } from './critical.ts'
import { Graph } from './graph/graph.tsx'
import { Inspector } from './inspector.tsx'
import styles from './plan.module.css'
import { PlanHead } from './plan-head.tsx'
import type { PlanStore } from './plan-store.ts'
import { Plans } from './plans.tsx'
import { TaskList } from './task-list.tsx'
import { Timeline } from './timeline.tsx'
import { usePlan, usePlanView, useSummary } from './use-plan.ts'

const views = [
  { id: 'graph', word: 'Graph', key: '1' },
  { id: 'list', word: 'List', key: '2' },
  { id: 'timeline', word: 'Timeline', key: '3' },
] as const
type View = (typeof views)[number]['id']
const REMEMBERED = 'reef.plan.view'

/** `#/plans` lists plans, `#/plans/<plan>` shows one, `#/plans/<plan>/<task>` opens one of its tasks. */
export function PlanScreen({ params: [planId, taskId] }: { params: readonly string[] }) {
  return planId ? <OnePlan key={planId} planId={planId} taskId={taskId} /> : <Plans />
}

function OnePlan({ planId, taskId }: { planId: string; taskId: string | undefined }) {
  const { store, answer } = usePlan(planId)
  if (store) return <Loaded store={store} taskId={taskId} />
  return (
    <div className={styles.alone}>
      {answer.refusal ? <RefusalNote refusal={answer.refusal} again={answer.again} /> : <Skeleton lines={6} label="Loading the plan" />}
    </div>
  )
}

function Loaded({ store, taskId }: { store: PlanStore; taskId: string | undefined }) {
  const [view, setView] = useState<View>(remembered)
  const plan = usePlanView(store)
  const critical = useSummary(store, 1000, (now) => toCritical(now.tasks(), now.layout(), Date.now()))
  useEffect(() => localStorage.setItem(REMEMBERED, view), [view])
  useKeys({
    ...Object.fromEntries(views.map(({ id, key }) => [key, () => setView(id)])),
    escape: () => (taskId ? goTo('plans', plan.id) : goTo('plans')),
  })
  const select = (id: string) => (taskId ? replacePlace('plans', plan.id, id) : goTo('plans', plan.id, id))
  const open = (id: string) => {
    select(id)
    requestAnimationFrame(() => document.getElementById('inspector')?.focus())
  }
  return (
    <div className={styles.plan} data-inspects={taskId !== undefined}>
      <PlanHead store={store} critical={critical}>
        <Tabs
          label="View"
          value={view}
          onChange={setView}
          tabs={views.map(({ id, word, key }) => ({
            id,
            label: (
              <>
                {word} <Kbd>{key}</Kbd>
              </>
            ),
          }))}
        />
      </PlanHead>
      <div className={styles.view}>
        {view === 'graph' ? <Graph store={store} selected={taskId} critical={critical.path} onSelect={select} onOpen={open} /> : null}
        {view === 'list' ? <TaskList store={store} selected={taskId} onOpen={open} /> : null}
        {view === 'timeline' ? <Timeline store={store} selected={taskId} critical={critical} onOpen={open} /> : null}
      </div>
      {taskId ? <Inspector key={taskId} store={store} taskId={taskId} onClose={() => goTo('plans', plan.id)} /> : null}
    </div>
  )
}

function remembered(): View {
  const value = localStorage.getItem(REMEMBERED)
  return views.find(({ id }) => id === value)?.id ?? 'graph'
}
