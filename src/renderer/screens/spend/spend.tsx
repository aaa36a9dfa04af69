import { useMemo, useState } from 'react'
import { goTo } from '../../live/place.ts'
import { useAsk, useEvents, useLive, useReef } from '../../live/reef.ts'
import { Tabs } from '../../parts/tabs.tsx'
import { usePaced } from '../../parts/use-paced.ts'
import { Breakdown } from './breakdown.tsx'
import { Budgets } from './budgets.tsx'
import { Calls } from './calls.tsx'
import { Corrections } from './corrections.tsx'
import { Export } from './export.tsx'
import { Overview } from './overview.tsx'
import styles from './spend.module.css'
import type { SpendDeps } from './spend.select.ts'

const REFRESH_MS = 1000
const NAMES = 1000

const sections = [
  { id: 'overview', label: 'Overview' },
  { id: 'breakdown', label: 'Breakdown' },
  { id: 'calls', label: 'Calls' },
  { id: 'budgets', label: 'Budgets' },
  { id: 'corrections', label: 'Corrections' },
  { id: 'export', label: 'Export' },
] as const
type Section = (typeof sections)[number]['id']

/** What the factory costs (U-70 to U-79), one section at a time: `#/spend/<section>`; `#/spend/calls/<call>` opens one call. */
export function SpendScreen({ params }: { params: readonly string[] }) {
  const [changes, setChanges] = useState(0)
  useEvents(({ type }) => {
    if (type === 'call.settled' || type === 'spend.adjusted') setChanges((n) => n + 1)
  })
  const epoch = useLive((state) => state.epoch)
  const version = `${epoch}.${usePaced(changes, REFRESH_MS)}`
  const nameOfTask = useNames()
  const section: Section = sections.find(({ id }) => id === params[0])?.id ?? 'overview'
  const deps: SpendDeps = { version, nameOfTask }
  return (
    <div className={styles.screen}>
      <h1 className={styles.unseen}>Spend</h1>
      <Tabs label="Spend" tabs={sections} value={section} onChange={(next) => goTo('spend', next)}>
        <div className={styles.section}>
          {section === 'overview' ? <Overview {...deps} /> : null}
          {section === 'breakdown' ? <Breakdown {...deps} /> : null}
          {section === 'calls' ? <Calls {...deps} opened={params[1]} /> : null}
          {section === 'budgets' ? <Budgets {...deps} /> : null}
          {section === 'corrections' ? <Corrections version={version} /> : null}
          {section === 'export' ? <Export /> : null}
        </div>
      </Tabs>
    </div>
  )
}

/** What a task or a plan is called: from the feed, or for those of ended plans from the list; what neither knows keeps the end of its id. */
function useNames(): (id: string) => string {
  const tasks = useReef((facts) => facts.tasks)
  const plans = useReef((facts) => facts.plans)
  const listed = useAsk((client) => client.task.list({ limit: NAMES }), [])
  const older = useMemo(() => new Map((listed.data?.tasks ?? []).map((task) => [task.id as string, task])), [listed.data])
  return (id) => {
    const task = tasks[id] ?? older.get(id)
    return task ? `${task.key} ${task.title}` : (plans[id]?.title ?? (id.includes('_') ? `…${id.slice(-6)}` : id))
  }
}
