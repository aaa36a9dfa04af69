import type { EventData, EventType, ReefEvent } from '../contract/events.ts'
import { formatMoney, type Nanodollars } from '../contract/money.ts'
import type { PlaybookView } from '../contract/playbooks.ts'
import type { TaskView } from '../contract/queue.ts'
import { formatDuration } from '../contract/time.ts'
import { type Attention, approvalWords, channelWords, circuitWords, planWords, playbookWords, taskWords } from '../contract/words.ts'
import { toLimitName } from './budget-table.ts'
import { shortId } from './find.ts'
import { REHEARSAL } from './label.ts'
import { clockTime } from './local-time.ts'
import { paint, paintAttention } from './paint.ts'
import { oneLine, pad, shorten } from './table.ts'
import { toWait } from './task-table.ts'
import type { Watched } from './watched.ts'

/** One thing that happened, in words. `more` are lines under it. */
export type Moment = {
  readonly subject: string
  readonly word: string
  readonly attention: Attention
  readonly detail?: string
  readonly more?: readonly string[]
}

type Context = { readonly watched: Watched; readonly zone: string; readonly dataDirFlag: string }
type Tell<T extends EventType> = (data: EventData<T>, context: Context) => Moment | undefined

const nothing = (): undefined => undefined

/** The beginning of a long report; the whole of it is in `reef task show`. */
const gist = (text: string): string => shorten(oneLine(text), 120)

/** Every event has a line or a decision that it has none: a new one does not compile until it is thought about. */
const tellers: { readonly [T in EventType]: Tell<T> } = {
  'factory.started': nothing,
  'factory.stopped': ({ reason }) => ({ subject: 'factory', word: 'stopped', attention: 'waiting', detail: reason }),
  'factory.paused': () => ({ subject: 'factory', word: 'paused', attention: 'waiting', detail: 'go on with: reef resume' }),
  'factory.resumed': () => ({ subject: 'factory', word: 'running', attention: 'quiet' }),
  'request.submitted': (request) => ({
    subject: `request ${shortId(request.id)}`,
    word: 'planning',
    attention: 'active',
    detail: `"${shorten(oneLine(request.text), 80)}"`,
  }),
  'request.planned': nothing,
  'request.failed': (request) => ({ subject: `request ${shortId(request.id)}`, word: 'failed', attention: 'alarm', detail: request.error ?? '' }),
  'plan.created': ({ plan, tasks }, { dataDirFlag }) => ({
    subject: `plan ${shortId(plan.id)}`,
    word: planWords[plan.state].word,
    attention: planWords[plan.state].attention,
    detail: `${plan.title}: ${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}, at most ${formatMoney(plan.budget)}`,
    ...(plan.state === 'draft'
      ? { more: [`look: reef plan show ${shortId(plan.id)}${dataDirFlag}`, `start: reef plan start ${shortId(plan.id)}${dataDirFlag}`] }
      : {}),
  }),
  'plan.edited': nothing,
  'plan.started': toPlan,
  'plan.completed': toPlan,
  'plan.failed': toPlan,
  'plan.reopened': toPlan,
  'plan.cancelled': toPlan,
  'task.added': (task) => toTask(task, 'added'),
  'task.edited': nothing,
  'task.readied': nothing,
  'task.claimed': nothing,
  'task.started': (task) => toTask(task, [task.agent, task.driver, task.model].filter(Boolean).join(' · ')),
  'task.waited': (task, { watched, zone }) => toWaiting(task, watched.tasks.get(task.id), zone),
  'task.submitted': (task) => toTask(task),
  'task.completed': (task) => toTask(task, `${ran(task)}${formatMoney(task.spent)}`),
  'task.retried': (task) => ({
    ...toTask(task, [`attempt ${task.attempts} of ${task.maxAttempts}`, task.error && gist(task.error)].filter(Boolean).join(': ')),
    word: 'again',
    attention: 'waiting',
  }),
  'task.reopened': (task) => ({ ...toTask(task), word: 'reopened' }),
  'task.failed': (task) => toTask(task, task.error ?? ''),
  'task.dead-lettered': (task, { dataDirFlag }) => ({ ...toTask(task, task.error ?? ''), more: [`retry: reef task retry ${shortId(task.id)}${dataDirFlag}`] }),
  'task.cancelled': (task) => toTask(task),
  'task.skipped': (task) => toTask(task),
  'queue.recovered': ({ tasks }) => ({ subject: 'queue', word: 'again', attention: 'waiting', detail: `${tasks.length} interrupted tasks are ready again` }),
  'attempt.started': nothing,
  'attempt.ended': nothing,
  'session.launched': nothing,
  'session.ended': nothing,
  'call.settled': nothing,
  'budget.refused': ({ budget, needed, agent }, { dataDirFlag }) => ({
    subject: toLimitName(budget),
    word: 'refused',
    attention: 'alarm',
    detail: `a call of ${agent} needs ${formatMoney(needed as Nanodollars)}, ${formatMoney(budget.spent)} of ${formatMoney(budget.hard)} are spent`,
    more: [`see: reef budget list${dataDirFlag}`],
  }),
  'budget.crossed': ({ budget, mark }) => ({
    subject: toLimitName(budget),
    word: toMark(mark),
    attention: mark === 100 ? 'alarm' : 'waiting',
    detail: `${formatMoney(budget.spent)} of ${formatMoney(budget.hard)} are spent`,
  }),
  'budget.changed': ({ ref, from, to }) => ({
    subject: toLimitName(ref),
    word: 'limit',
    attention: 'quiet',
    detail: `${formatMoney(from as Nanodollars)} before, ${formatMoney(to as Nanodollars)} now`,
  }),
  'spend.killed': ({ aborted }, { dataDirFlag }) => ({
    subject: 'factory',
    word: 'no model calls',
    attention: 'alarm',
    detail: `${aborted} were aborted`,
    more: [`go on: reef spend allow${dataDirFlag}`],
  }),
  'spend.allowed': () => ({ subject: 'factory', word: 'calls models', attention: 'quiet' }),
  'spend.adjusted': nothing,
  'velocity.exceeded': ({ perHour, threshold }) => ({
    subject: 'factory',
    word: 'spends fast',
    attention: 'alarm',
    detail: `${formatMoney(perHour as Nanodollars)} an hour, above ${formatMoney(threshold as Nanodollars)}`,
  }),
  'price.guessed': ({ provider, model }) => ({
    subject: `${provider}/${model}`,
    word: 'no price',
    attention: 'waiting',
    detail: 'nobody lists what it costs, so it is billed at the ceiling of the settings',
  }),
  'route.chosen': nothing,
  'circuit.opened': toCircuit,
  'circuit.closed': toCircuit,
  'model.changed': nothing,
  'evidence.recorded': (evidence, { watched }) => ({
    subject: toSubject(watched.tasks.get(evidence.taskId)),
    word: evidence.verdict === 'passed' ? 'proved' : evidence.verdict === 'failed' ? 'not proved' : 'waived',
    attention: evidence.verdict === 'failed' ? 'alarm' : 'quiet',
    detail: [`${evidence.kind} ${evidence.name}`, evidence.verdict === 'passed' ? '' : gist(evidence.summary), evidence.model ?? '']
      .filter(Boolean)
      .join(' · '),
  }),
  'artifact.recorded': nothing,
  'approval.requested': (approval, { watched, zone, dataDirFlag }) => ({
    subject: toSubject(approval.taskId === null ? undefined : watched.tasks.get(approval.taskId)) || `approval ${shortId(approval.id)}`,
    word: approvalWords.requested.word,
    attention: 'waiting',
    detail: approval.what,
    more: [
      `why: ${approval.why}`,
      `approve: reef approval approve ${shortId(approval.id)}${dataDirFlag}`,
      ...approval.options.slice(1).map(({ id, label }) => `or, ${label}: reef approval approve ${shortId(approval.id)} --option ${id}${dataDirFlag}`),
      `refuse: reef approval deny ${shortId(approval.id)}${dataDirFlag}    look: reef approval show ${shortId(approval.id)}${dataDirFlag}`,
      `no answer by ${clockTime(approval.deadline, zone)} means: ${approval.safeDefault === 'deny' ? 'denied' : 'the approved words are sent instead'}`,
    ],
  }),
  'approval.approved': (approval, { zone, dataDirFlag }) => ({
    ...toApproval(approval),
    detail: `${approval.what}, by ${approval.decidedBy ?? 'nobody'}`,
    ...(approval.effectiveAt === null
      ? {}
      : { more: [`takes effect at ${clockTime(approval.effectiveAt, zone)}; undo: reef approval undo ${shortId(approval.id)}${dataDirFlag}`] }),
  }),
  'approval.denied': (approval) => ({ ...toApproval(approval), detail: [approval.what, approval.reason].filter(Boolean).join(': ') }),
  'approval.undone': (approval) => ({ ...toApproval(approval), word: 'taken back' }),
  'approval.started': nothing,
  'approval.executed': toApproval,
  'approval.failed': (approval) => ({ ...toApproval(approval), detail: [approval.what, approval.outcome].filter(Boolean).join(': ') }),
  'approval.interrupted': (approval) => ({ ...toApproval(approval), detail: [approval.what, approval.outcome].filter(Boolean).join(': ') }),
  'approval.voided': (approval) => ({ ...toApproval(approval), detail: [approval.what, approval.outcome].filter(Boolean).join(': ') }),
  'approval.edited': (approval) => ({ ...toApproval(approval), word: 'put in other words' }),
  'approval.reminded': (approval, { zone }) => ({
    ...toApproval(approval),
    word: 'still waits for you',
    attention: 'waiting',
    detail: `${approval.what}, until ${clockTime(approval.deadline, zone)}`,
  }),
  'approval.snoozed': nothing,
  'approval.regretted': (approval) => ({ ...toApproval(approval), word: 'regretted' }),
  'approval.expired': toApproval,
  'approval.drifted': toApproval,
  'approval.superseded': toApproval,
  'release.started': (release) => ({
    subject: `release ${shortId(release.id)}`,
    word: 'starting',
    attention: 'active',
    detail: `${release.project} ${release.commit.slice(0, 10)}`,
  }),
  'release.proven': (release) => ({
    subject: `release ${shortId(release.id)}`,
    word: release.state,
    attention: 'quiet',
    detail: `${release.url ?? ''} answered ${release.lastStatus ?? '?'} in ${release.latencyMs ?? '?'} ms`,
  }),
  'release.failed': (release) => ({ subject: `release ${shortId(release.id)}`, word: release.state, attention: 'alarm', detail: release.error ?? '' }),
  'release.stopped': (release) => ({ subject: `release ${shortId(release.id)}`, word: 'stopped', attention: 'quiet' }),
  'branch.merged': ({ project, from, into, commit }) => ({
    subject: `project ${project}`,
    word: 'merged',
    attention: 'quiet',
    detail: `${from} into ${into} at ${commit.slice(0, 10)}`,
  }),
  'agent.changed': nothing,
  'agent.paused': ({ name, paused }, { dataDirFlag }) => ({
    subject: `agent ${name}`,
    word: 'paused',
    attention: 'waiting',
    detail: paused?.reason ?? '',
    more: [`go on: reef agent resume ${name}${dataDirFlag}`],
  }),
  'agent.resumed': ({ name }) => ({ subject: `agent ${name}`, word: 'works again', attention: 'quiet' }),
  'agent.rejected': nothing,
  'provider.added': nothing,
  'provider.removed': nothing,
  'provider.rotated': nothing,
  'project.created': nothing,
  'settings.changed': nothing,
  'policy.accepted': ({ version, note }) => ({ subject: 'policy', word: `version ${version}`, attention: 'quiet', detail: note }),
  'policy.rejected': ({ problems }) => ({
    subject: 'policy',
    word: 'not taken',
    attention: 'alarm',
    detail: problems.map(({ file, line, message }) => `${file}${line === null ? '' : `:${line}`}: ${message}`).join('; '),
  }),
  'playbook.drafted': (playbook) => toPlaybook(playbook),
  'playbook.activated': (playbook) => toPlaybook(playbook),
  'playbook.used': nothing,
  'playbook.ended': (playbook) => toPlaybook(playbook),
  'template.changed': nothing,
  'template.removed': nothing,
  'channel.changed': nothing,
  'channel.paired': (channel) => ({ subject: channel.title, word: 'paired', attention: 'quiet', detail: channel.pairedSender ?? '' }),
  'channel.lost': (channel) => ({ subject: channel.title, word: channelWords[channel.state].word, attention: 'alarm', detail: channel.detail }),
  'channel.restored': (channel) => ({ subject: channel.title, word: channelWords[channel.state].word, attention: 'quiet' }),
  'message.written': nothing,
  'message.moved': nothing,
  'message.received': nothing,
  'message.answered': nothing,
}

/** What a line of the timeline says about this event; undefined when it is not worth one. */
export function toMoment(event: ReefEvent, context: Context): Moment | undefined {
  return (tellers[event.type] as Tell<EventType>)(event.data, context)
}

/** A task as it stands, for what was missed while the feed was away. */
export const toTaskMoment = (task: TaskView): Moment => toTask(task, task.error ?? '')

/** "12:01:07  T3 Build REST API        running        Rex · pi · rehearsal/scripted" */
export function toLines(
  { subject, word, attention, detail = '', more = [] }: Moment,
  at: number,
  { rehearsal, zone }: { rehearsal: boolean; zone: string },
): string[] {
  const label = rehearsal ? `${paint('label', REHEARSAL)}  ` : ''
  const said = oneLine(detail)
  const state = paintAttention(attention, said === '' ? oneLine(word) : pad(oneLine(word), 13))
  const first = `${clockTime(at, zone)}  ${label}${pad(shorten(oneLine(subject), 36), 28)}  ${state}${said === '' ? '' : `  ${said}`}`
  return [first, ...more.map((line) => `          ${oneLine(line)}`)]
}

function toPlan(plan: EventData<'plan.started'>): Moment {
  const { word, attention } = planWords[plan.state]
  return {
    subject: `plan ${shortId(plan.id)}`,
    word,
    attention,
    detail: `${plan.done} of ${plan.tasks} tasks done, ${formatMoney(plan.spent)} spent${plan.endpoint ? `, ${plan.endpoint}` : ''}`,
  }
}

function toTask(task: TaskView, detail = ''): Moment {
  const { word, attention } = taskWords[task.state]
  return { subject: toSubject(task), word, attention, detail }
}

/** Only waits that say something new; a dependency is seen from the plan, an approval has its own line. */
function toWaiting(task: TaskView, before: TaskView | undefined, zone: string): Moment | undefined {
  if (!task.wait || task.wait.reason === 'dependency' || task.wait.reason === 'approval') return undefined
  if (before?.wait?.reason === task.wait.reason && before.wait.detail === task.wait.detail) return undefined
  return { subject: toSubject(task), word: 'waits', attention: task.wait.owner === 'owner' ? 'waiting' : 'quiet', detail: toWait(task.wait, zone) }
}

const toPlaybook = ({ name, state }: PlaybookView): Moment => ({
  subject: `playbook ${name}`,
  word: playbookWords[state].word,
  attention: playbookWords[state].attention,
})

function toApproval(approval: EventData<'approval.executed'>): Moment {
  const { word, attention } = approvalWords[approval.state]
  return { subject: `approval ${shortId(approval.id)}`, word, attention, detail: approval.what }
}

function toCircuit({ provider, model, state, detail }: EventData<'circuit.opened'>): Moment {
  const { word, attention } = circuitWords[state]
  return { subject: model === null ? provider : `${provider}/${model}`, word, attention, detail }
}

const toMark = (mark: EventData<'budget.crossed'>['mark']): string => (mark === 'soft' ? 'past soft' : mark === 'forecast' ? 'will pass' : `${mark} %`)

const toSubject = (task: TaskView | undefined): string => (task ? `${task.key} ${task.title}` : '')

const ran = ({ startedAt, endedAt }: TaskView): string => (startedAt === null || endedAt === null ? '' : `${formatDuration(endedAt - startedAt)}, `)
