import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { PlanId, PlanView, ReefEvent, TaskView } from '../../../contract/index.ts'
import { type Answer, useAsk, useEvents } from '../../live/reef.ts'
import { createPlanStore, type PlanStore } from './plan-store.ts'

/** More events than this while one answer is under way mean that something is wrong; the next answer has them anyway. */
const MAX_BUFFER = 20_000

/**
 * The whole plan, current. Events that come while the plan is being read are kept and applied on top: rows in events are
 * whole, so applying one twice changes nothing, and the last one is always the truth.
 */
export function usePlan(id: string): { readonly store: PlanStore | undefined; readonly answer: Answer<unknown> } {
  const [store, setStore] = useState<PlanStore>()
  const held = useRef<PlanStore>(undefined)
  const early = useRef<ReefEvent[]>([])
  const answer = useAsk(
    (client) => {
      early.current = []
      return client.plan.get({ id: id as PlanId })
    },
    [id],
    { keep: false },
  )
  useEvents((event) => {
    if (!event.type.startsWith('call.') && early.current.length < MAX_BUFFER) early.current.push(event)
    held.current?.apply(event)
  })
  const { data } = answer
  useEffect(() => {
    if (!data || data.plan.id !== id) return
    const known = held.current
    if (known?.plan().id === id) known.replace(data)
    else held.current = createPlanStore(data)
    for (const event of early.current) held.current?.apply(event)
    early.current = []
    setStore(held.current)
  }, [data, id])
  return { store: store?.plan().id === id ? store : undefined, answer }
}

/** One task; drawn again only when this task changes. */
export function useTask(store: PlanStore, id: string): TaskView | undefined {
  return useSyncExternalStore(
    (call) => store.onTask(id, call),
    () => store.task(id),
  )
}

export function usePlanView(store: PlanStore): PlanView {
  return useSyncExternalStore(store.onPlan, store.plan)
}

/** Calls `read` now and whenever tasks have changed, but at most once in `paceMs`: for figures over all tasks, which cost a pass over all of them. */
export function useSummary<Sum>(store: PlanStore, paceMs: number, read: (store: PlanStore) => Sum): Sum {
  const [sum, setSum] = useState(() => read(store))
  const first = useRef({ store, version: store.version(), structure: store.structure() })
  const latest = useRef(read)
  useEffect(() => {
    latest.current = read
  })
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const { version, structure } = first.current
    // Nothing happened since the first reading, which may have been a long one.
    if (first.current.store !== store || version !== store.version() || structure !== store.structure()) setSum(latest.current(store))
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        setSum(latest.current(store))
      }, paceMs)
    }
    const stops = [store.onAnyTask(soon), store.onStructure(soon)]
    return () => {
      clearTimeout(timer)
      for (const stop of stops) stop()
    }
  }, [store, paceMs])
  return sum
}
