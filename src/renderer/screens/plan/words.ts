import { type Attention, formatDuration, formatMoney, type TaskView, taskWords, waitWords } from '../../../contract/index.ts'

/** What is drawn of a task when there is no room for words; also its paint order: what needs the owner is drawn last, on top. */
export const shades = ['idle', 'ready', 'done', 'active', 'waiting', 'alarm'] as const
export type Shade = (typeof shades)[number]

export function toShade(task: Pick<TaskView, 'state'>): Shade {
  if (task.state === 'ready' || task.state === 'done') return task.state
  const attention: Attention = taskWords[task.state].attention
  return attention === 'quiet' ? 'idle' : attention
}

/** Why a task that is not running stands where it is (U-82); the task's own outcome where it is over. Never empty for a task that waits. */
export function toReason(task: TaskView): string {
  if (task.wait) return toWaitWords(task.wait)
  switch (task.state) {
    case 'pending':
      return task.dependsOn.length > 0 ? `${waitWords.dependency} ${task.dependsOn.join(', ')}` : 'waiting for the plan to start'
    case 'draft':
      return 'starts when you start the plan'
    case 'ready':
      return 'next free session takes it'
    case 'awaiting_input':
      return waitWords.approval
    case 'failed':
    case 'dead_letter':
      return task.error ?? 'no reason was recorded'
    case 'cancelled':
      return task.error ?? 'cancelled'
    case 'skipped':
      return task.error ?? 'not needed any more'
    default:
      return ''
  }
}

/** A wait in words: the reason, then what the engine adds, without saying the same twice. */
function toWaitWords(wait: NonNullable<TaskView['wait']>): string {
  const reason = waitWords[wait.reason]
  if (wait.detail === '' || wait.detail === reason) return reason
  if (wait.detail.toLowerCase().startsWith(reason.toLowerCase())) return wait.detail
  return wait.reason === 'dependency' ? `${reason} ${wait.detail}` : `${reason}: ${wait.detail}`
}

/** The model's own name, without the provider in front; null for work that asks none. */
export const shortModel = (model: string | null): string | null => (model === null || model === 'none' ? null : model.slice(model.lastIndexOf('/') + 1))

/** How long a task has run, or ran; null before it starts. Milliseconds. */
export function toElapsed(task: Pick<TaskView, 'startedAt' | 'endedAt'>, now: number): number | null {
  return task.startedAt === null ? null : Math.max(0, (task.endedAt ?? now) - task.startedAt)
}

/** Who does it, with which model. */
export const toWho = (task: Pick<TaskView, 'agent' | 'model'>): string => [task.agent, shortModel(task.model)].filter(Boolean).join(' · ')

/** For how long, of what was expected, and for how much; empty before it starts. */
export function toCost(task: TaskView, now: number): string {
  const elapsed = toElapsed(task, now)
  const running = elapsed !== null && task.endedAt === null
  const time =
    elapsed === null
      ? null
      : formatDuration(elapsed) + (running && task.expectedMs && elapsed < task.expectedMs ? ` of ~${formatDuration(task.expectedMs)}` : '')
  return [time, task.spent > 0 ? formatMoney(task.spent) : null].filter((part) => part !== null).join(' · ')
}

/** How it stands, in words: the reason alone where it says that the task waits, otherwise state and reason. */
export function toStanding(task: TaskView): string {
  const reason = toReason(task)
  const { word, attention } = taskWords[task.state]
  if (reason === '') return word
  return attention === 'alarm' ? `${word}: ${reason}` : reason
}

/** One sentence about a task for those who hear the graph instead of seeing it (U-111). */
export function toSentence(task: TaskView, neighbours: { readonly before: readonly string[]; readonly after: readonly string[] }): string {
  const reason = toReason(task)
  return [
    `${task.key} ${task.title}: ${taskWords[task.state].word}${reason ? `, ${reason}` : ''}.`,
    neighbours.before.length > 0 ? `After ${neighbours.before.join(', ')}.` : 'Needs no other task.',
    neighbours.after.length > 0 ? `Before ${neighbours.after.join(', ')}.` : 'Nothing waits for it.',
  ].join(' ')
}
