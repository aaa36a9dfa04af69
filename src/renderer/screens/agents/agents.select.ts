import type { AgentView } from '../../../contract/agents.ts'
import type { ReefEvent } from '../../../contract/events.ts'
import type { SpendRow } from '../../../contract/ledger.ts'
import { type Nanodollars, zeroDollars } from '../../../contract/money.ts'
import type { TaskView } from '../../../contract/queue.ts'
import { type Attention, taskWords } from '../../../contract/words.ts'

export type RosterRow = {
  readonly agent: AgentView
  readonly state: { readonly word: string; readonly glyph: string; readonly attention: Attention }
  readonly task: TaskView | null
  readonly more: number
  readonly today: Nanodollars
}

const busy = new Set(['claimed', 'running', 'review', 'awaiting_input'])

/** The roster as it is read: active agents first, then by name; each with what it does now and what it cost today (U-31). */
export function toRoster(agents: readonly AgentView[], tasks: Iterable<TaskView>, spend: readonly SpendRow[]): RosterRow[] {
  const byAgent = Map.groupBy(
    [...tasks].filter((task) => busy.has(task.state)),
    (task) => task.agent,
  )
  const cost = new Map(spend.map((row) => [row.key, row.cost]))
  return [...agents]
    .sort((a, b) => Number(b.active) - Number(a.active) || a.name.localeCompare(b.name))
    .map((agent) => {
      const current = byAgent.get(agent.name) ?? []
      const task = current[0] ?? null
      return { agent, task, more: Math.max(0, current.length - 1), state: toState(agent, task), today: cost.get(agent.name) ?? zeroDollars }
    })
}

function toState(agent: AgentView, task: TaskView | null): RosterRow['state'] {
  // What it still finishes is shown beside; that it gets nothing new matters more.
  if (agent.paused) return { word: pauseWords[agent.paused.by], glyph: '‖', attention: agent.paused.by === 'owner' ? 'quiet' : 'alarm' }
  if (task) return taskWords[task.state]
  return agent.active ? { word: 'idle', glyph: '○', attention: 'quiet' } : { word: 'inactive', glyph: '·', attention: 'quiet' }
}

export const pauseWords: Readonly<Record<NonNullable<AgentView['paused']>['by'], string>> = {
  owner: 'paused by you',
  velocity: 'paused: spends too fast',
  'no-progress': 'paused: no progress',
}

export type Rejection = { readonly file: string; readonly line: number | null; readonly message: string }

/**
 * Files that were refused and describe no agent of the roster, so that no row could say it. Agents with a problem of their own are not
 * repeated. A later change of an agent whose file has that name takes the entry away.
 */
export function toOrphans(recent: readonly ReefEvent[], agents: readonly AgentView[]): Rejection[] {
  const found = new Map<string, Rejection>()
  for (const event of recent) {
    if (event.type === 'agent.rejected') found.set(event.data.file, event.data)
    if (event.type === 'agent.changed') found.delete(`${event.data.name.toLowerCase()}.md`)
  }
  for (const agent of agents)
    for (const [file, { line, message }] of found)
      if (file === `${agent.name.toLowerCase()}.md` || (agent.problem?.message === message && agent.problem.line === line)) found.delete(file)
  return [...found.values()]
}

/** "5 active · 11 inactive · 1 with a problem" */
export function toCounts(agents: readonly AgentView[]): string {
  const active = agents.filter((agent) => agent.active).length
  const bad = agents.filter((agent) => agent.problem).length
  return [`${active} active`, `${agents.length - active} inactive`, ...(bad > 0 ? [`${bad} with a problem`] : [])].join(' · ')
}

/** Where a refusal of a file points: its sentence says "in line 4". */
export function toLine(message: string): number | null {
  const found = /\bline (\d+)\b/i.exec(message)
  return found ? Number(found[1]) : null
}
