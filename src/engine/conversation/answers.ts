import { formatDuration, formatMoney, type Instant, type PlanView, type TaskView, taskWords, waitWords } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import type { ConversationDeps, Reads } from './deps.ts'
import type { Question } from './intent.ts'
import { cut, toPlain } from './plain.ts'
import { timeOf } from './times.ts'

export type AnswersDeps = Pick<ConversationDeps, 'settings'> & {
  readonly clock: Clock
  readonly reads: Reads
  readonly listOpen: () => readonly string[]
  readonly brief: () => string
}

const MOST_LINES = 8
const MOST_ATTENTION = 200
/** An answer is one message of a phone: four thousand characters reach it, a thousand are read. */
const MOST_CHARACTERS = 1500

export const helpText = [
  'Say what you want: “build me …”, “research … and build a prototype”, “for shop: add …”.',
  'Ask: what’s running? what’s waiting? why is T4 waiting? how much today? status, brief.',
  'Command: pause, resume, stop spending, STOP.',
  'Cards: CODE yes|no|why, or 1 yes 2 no CODE.',
].join('\n')

/** Questions, answered from what is recorded: no model is asked. */
export function createAnswers({ clock, settings, reads, listOpen, brief }: AnswersDeps) {
  const time = (at: Instant) => timeOf(at, clock.now(), settings().timeZone)
  const since = (at: Instant | null) => (at === null ? '' : `, ${formatDuration(clock.now() - at)}`)
  const projectOf = (task: TaskView): string => reads.plan(task.planId).project
  const counted = (n: number, one: string) => `${n} ${one}${n === 1 ? '' : 's'}`

  function taskLine(task: TaskView): string {
    const wait = task.wait ? `: ${toWait(task)}` : ''
    return `${task.key} of ${projectOf(task)} · ${toPlain(task.title, 60)} · ${task.agent} · ${taskWords[task.state].word}${task.wait ? wait : since(task.startedAt)}`
  }
  function toWait({ wait }: TaskView): string {
    if (!wait) return ''
    const detail = toPlain(wait.detail, 100)
    return `${waitWords[wait.reason]}${detail ? ` ${detail}` : ''}${wait.until ? ` until ${time(wait.until)}` : ''}${wait.owner === 'owner' ? ' (your move)' : ''}`
  }

  function running(): string {
    const busy = reads.attention(MOST_ATTENTION).filter(({ state }) => state === 'running' || state === 'claimed' || state === 'review')
    const paused = reads.status().mode === 'paused' ? 'The factory is paused. ' : ''
    if (busy.length === 0) return `${paused}Nothing runs right now.${waitingCount()}`
    return [`${paused}${counted(busy.length, 'task')} running:`, ...busy.slice(0, MOST_LINES).map(taskLine), ...more(busy.length)].join('\n')
  }
  const more = (n: number) => (n > MOST_LINES ? [`and ${n - MOST_LINES} more`] : [])
  const waitingCount = () => {
    const open = listOpen()
    return open.length > 0 ? ` ${counted(open.length, 'card')} ${open.length === 1 ? 'waits' : 'wait'} for you.` : ''
  }

  function waiting(): string {
    const cards = listOpen()
    const stuck = reads.attention(MOST_ATTENTION).filter(({ state }) => state === 'failed' || state === 'dead_letter')
    const drafts = reads.openPlans(50).filter(({ state, rehearsal }) => state === 'draft' && !rehearsal)
    const lines = [
      ...cards.slice(0, MOST_LINES),
      ...more(cards.length),
      ...stuck.slice(0, 3).map((task) => `${taskLine(task)}${task.error ? ` · ${toPlain(task.error, 80)}` : ''}`),
      ...drafts.slice(0, 3).map((plan) => `Plan to look at: ${toPlain(plan.title, 60)}`),
    ]
    if (lines.length === 0) return 'Nothing waits for you.'
    return [`Waiting for you:`, ...lines, ...(cards.length > 0 ? ['Answer with the code: CODE yes|no|why.'] : [])].join('\n')
  }

  function why(task: string | null, name: string | null): string {
    const plans = reads.openPlans(50).filter(({ project }) => name === null || project === name)
    const found = plans.flatMap((plan) => reads.tasksOf(plan.id).filter(({ key }) => task === null || key === task))
    const waits = task === null ? found.filter(({ wait }) => wait !== null) : found
    if (waits.length === 0) return task ? `No open plan${name ? ` of ${name}` : ''} has a task ${task}.` : `Nothing of ${name ?? 'it'} waits.`
    return waits
      .slice(0, 5)
      .map(
        (one) =>
          `${one.key} of ${projectOf(one)} (${toPlain(one.title, 50)}): ${one.wait ? toWait(one) : `it does not wait; it is ${taskWords[one.state].word}${one.error ? `: ${toPlain(one.error, 100)}` : ''}`}`,
      )
      .join('\n')
  }

  function spend(): string {
    const { spent, perHour, held, stop, alert, killedAt } = reads.spend()
    const lines = [
      `${formatMoney(spent)} spent today, ${formatMoney(perHour)} an hour at present.`,
      `${formatMoney(held)} held by calls under way. Marked from ${formatMoney(alert)}, stops at ${formatMoney(stop)}.`,
      killedAt === null ? '' : `Spending was stopped by you at ${time(killedAt)}. Say “allow” to go on.`,
    ]
    return lines.filter(Boolean).join('\n')
  }

  function status(): string {
    const { mode, sessionsRunning, sessionsMax, models } = reads.status()
    const plans = reads.openPlans(50).filter(({ state, rehearsal }) => state === 'running' && !rehearsal)
    return [
      mode === 'running' ? 'The factory runs.' : mode === 'paused' ? 'The factory is paused. Say “resume” to go on.' : 'The factory is stopping.',
      `${counted(plans.length, 'plan')} under way, ${sessionsRunning} of ${sessionsMax} sessions in use, ${formatMoney(reads.spend().spent)} today.${waitingCount()}`,
      models === 'none' ? 'No model is connected: only plans without models can run.' : '',
      ...plans.slice(0, 5).map(planLine),
    ]
      .filter(Boolean)
      .join('\n')
  }
  const planLine = (plan: PlanView): string =>
    `${plan.project}: ${toPlain(plan.title, 60)} · ${plan.done} of ${plan.tasks} tasks${plan.stuck > 0 ? `, ${plan.stuck} stuck` : ''} · ${formatMoney(plan.spent)}`

  function plan(name: string): string {
    const found = reads.plans(MOST_ATTENTION).find(({ project }) => project === name)
    if (!found) return `There is no plan for ${name} yet.`
    const end = found.endedAt ? ` ${time(found.endedAt)}` : ''
    return [`${planLine(found)} · ${found.state}${end}`, found.endpoint ? `It is at ${found.endpoint}` : ''].filter(Boolean).join('\n')
  }

  return (question: Question): string => {
    const text = () => {
      switch (question.about) {
        case 'running':
          return running()
        case 'waiting':
          return waiting()
        case 'why':
          return why(question.task, question.name)
        case 'spend':
          return spend()
        case 'status':
          return status()
        case 'plan':
          return plan(question.name)
        case 'brief':
          return brief()
        case 'help':
          return helpText
      }
    }
    return cut(text(), MOST_CHARACTERS)
  }
}
export type Answers = ReturnType<typeof createAnswers>
