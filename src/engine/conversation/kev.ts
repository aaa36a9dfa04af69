import {
  type ChannelName,
  type EventData,
  type EventType,
  formatDuration,
  formatMoney,
  type Instant,
  type PlanView,
  type ReefEvent,
  type ReleaseView,
  type RequestView,
  type Settings,
  seconds,
  type TaskView,
} from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { type WriteDb, write } from '../store/index.ts'
import type { AskedRow, ConversationStore } from './conversation.store.ts'
import type { News, Outgoing, Phones, Reads } from './deps.ts'
import { cut, toPlain } from './plain.ts'
import type { Timing } from './timing.ts'

export type KevDeps = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly settings: () => Settings
  readonly store: ConversationStore
  readonly timing: Timing
  readonly reads: Reads
  readonly news: Pick<News, 'ofTypes' | 'lastSeq'>
  readonly channels: Phones
}

/** What is told of by itself. */
export const newsTypes = [
  'plan.created',
  'request.failed',
  'plan.completed',
  'plan.failed',
  'task.dead-lettered',
  'branch.merged',
  'release.proven',
  'release.failed',
] as const satisfies readonly EventType[]

/** The owner hears something within 9.1 s (R-018); what is sent takes its part of that. */
const PATIENCE_MS = seconds(8)
const BATCH = 200
const MOST_CHARACTERS = 900

/**
 * What Kev says without being asked: that he is on it, that it is done, that it failed. The journal is read from where it was left, and how
 * far it was read is written with what was said, so that nothing is told twice or forgotten.
 */
export function createKev({ db, clock, settings, store, timing, reads, news, channels }: KevDeps) {
  function say(key: string, outgoing: Outgoing): void {
    if (store.announce(key, clock.now()) && channels.phones().length > 0) channels.write(outgoing)
  }

  /** Where the one who asked hears of it: on the phone he asked from, where he is awake; else on every phone, when it may ring. */
  function toAsker(asked: AskedRow | undefined): Pick<Outgoing, 'channel' | 'replyTo' | 'notBefore'> {
    const channel = phoneOf(asked)
    return channel && asked?.incomingId ? { channel, replyTo: asked.incomingId } : timing.notBefore('normal')
  }
  const phoneOf = (asked: AskedRow | undefined): ChannelName | undefined => channels.phones().find((name) => name === asked?.channel)

  /** At night the brief tells it in the morning; without a brief it waits until then by itself. */
  function notice(key: string, text: string, asked?: AskedRow): void {
    if (timing.isQuiet() && settings().briefEnabled) store.announce(key, clock.now())
    else say(key, { kind: 'notice', text: cut(text, MOST_CHARACTERS), ...timing.notBefore('normal'), ...toAsker(asked) })
  }

  function acknowledge(plan: PlanView, tasks: readonly TaskView[]): void {
    const asked = store.asked(plan.requestId)
    if (!asked) return
    store.answerAsked(plan.requestId, clock.now())
    const steps = tasks.slice(0, 8).map(({ key, title, agent }) => `${key} ${toPlain(title, 60)} (${agent})`)
    const text = [
      `On it: ${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'} for ${plan.project}, at most ${formatMoney(plan.budget)}.`,
      ...steps,
      ...(tasks.length > steps.length ? [`and ${tasks.length - steps.length} more`] : []),
    ].join('\n')
    say(`planned:${plan.requestId}`, { kind: 'answer', text: cut(text, MOST_CHARACTERS), ...toAsker(asked) })
  }

  function onPlan(type: 'plan.completed' | 'plan.failed', plan: PlanView): void {
    if (plan.rehearsal) return
    const asked = store.asked(plan.requestId)
    const took = plan.endedAt === null ? '' : `, ${formatDuration(plan.endedAt - plan.createdAt)}`
    const what = `${plan.project}: ${toPlain(plan.title, 90)}`
    const where = plan.endpoint ? ` It is live at ${plan.endpoint}` : ''
    if (type === 'plan.completed') {
      notice(`done:${plan.id}`, `Done: ${what}. ${plan.done} of ${plan.tasks} tasks, ${formatMoney(plan.spent)}${took}.${where}`, asked)
      return
    }
    const stuck = reads.tasksOf(plan.id).filter(({ state }) => state === 'failed' || state === 'dead_letter')
    const lines = stuck.slice(0, 4).map((task) => `${task.key} ${toPlain(task.title, 60)}: ${toPlain(task.error ?? 'failed', 120)}`)
    notice(
      `failed:${plan.id}`,
      [`Failed: ${what}. ${plan.done} of ${plan.tasks} tasks were done, ${formatMoney(plan.spent)}${took}.`, ...lines, 'Try again, or look, at the desk.'].join(
        '\n',
      ),
      asked,
    )
  }

  function onTask(task: TaskView): void {
    const plan = reads.plan(task.planId)
    // With its last task the plan failed as well, and that is told.
    if (plan.rehearsal || plan.state === 'failed') return
    const text = `${task.key} of ${plan.project} gave up after ${task.attempts} attempts: ${toPlain(task.title, 60)}. ${toPlain(task.error ?? '', 160)}\nThe rest goes on. Retry it at the desk.`
    notice(`gave-up:${task.id}`, text, store.asked(plan.requestId))
  }

  function onRelease(type: 'release.proven' | 'release.failed', release: ReleaseView): void {
    if (release.rehearsal) return
    const commit = release.commit.slice(0, 8)
    const text =
      type === 'release.proven'
        ? `${release.project} is live${release.url ? ` at ${release.url}` : ''} (${commit}).`
        : `The release of ${release.project} (${commit}) failed: ${toPlain(release.error ?? 'no reason given', 160)}`
    notice(`${type}:${release.id}`, text)
  }

  function onUnplanned(request: RequestView): void {
    const asked = store.asked(request.id)
    if (!asked) return
    store.answerAsked(request.id, clock.now())
    const text = `I could not plan “${toPlain(request.text, 80)}”: ${toPlain(request.error ?? 'no reason given', 300)}`
    say(`unplanned:${request.id}`, { kind: 'answer', text, ...toAsker(asked) })
  }

  function onMerge({ planId, project, into, commit }: EventData<'branch.merged'>): void {
    const plan = reads.plan(planId)
    // A plan that is done by now is told of as a whole.
    if (plan.rehearsal || plan.state === 'done') return
    notice(`merged:${planId}:${commit}`, `${project}: merged into ${into} (${commit.slice(0, 8)}).`)
  }

  function tell(event: ReefEvent): void {
    if (event.type === 'plan.created') acknowledge(event.data.plan, event.data.tasks)
    else if (event.type === 'request.failed') onUnplanned(event.data)
    else if (event.type === 'plan.completed' || event.type === 'plan.failed') onPlan(event.type, event.data)
    else if (event.type === 'task.dead-lettered') onTask(event.data)
    else if (event.type === 'branch.merged') onMerge(event.data)
    else if (event.type === 'release.proven' || event.type === 'release.failed') onRelease(event.type, event.data)
  }

  /** A request that still is being thought about: who asked hears that he was heard. */
  function sayWait(asked: AskedRow): void {
    const request = reads.request(asked.requestId)
    // At the desk he was answered at once.
    if (request.state !== 'planning' || !phoneOf(asked)) return
    const why = reads.status().mode === 'paused' ? 'The factory is paused, so it waits. Say “resume” to go on.' : 'I am planning it; the plan follows.'
    say(`heard:${asked.requestId}`, { kind: 'answer', text: `On it: “${toPlain(request.text, 80)}”. ${why}`, ...toAsker(asked) })
  }

  return {
    /** Tells what is new. `since` of a first start is now: old news is none. */
    look(): void {
      const until = news.lastSeq()
      const since = store.readSeq()
      if (since === undefined) {
        write(db, () => store.setSeq(until))
        return
      }
      let from = since
      while (from < until) {
        const events = news.ofTypes(newsTypes, from, until, BATCH)
        const to = events.length < BATCH ? until : (events.at(-1)?.seq ?? until)
        write(db, () => {
          for (const event of events) tell(event)
          store.setSeq(to)
        })
        from = to
      }
      const patient = (clock.now() - PATIENCE_MS) as Instant
      for (const asked of store.openAsked()) if (asked.at <= patient && store.saidAt(`heard:${asked.requestId}`) === undefined) write(db, () => sayWait(asked))
    },
  }
}
export type Kev = ReturnType<typeof createKev>
