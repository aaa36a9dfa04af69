import { setTimeout as sleep } from 'node:timers/promises'
import type { ApprovalView } from '../contract/approvals.ts'
import type { ReefEvent } from '../contract/events.ts'
import type { FeedMessage } from '../contract/feed.ts'
import type { RequestView } from '../contract/queue.ts'
import type { Client } from './connect.ts'
import { CliFailure } from './failure.ts'
import { type Moment, toLines, toMoment, toTaskMoment } from './timeline.ts'
import { concerns, type Ending, learn, toEnding, toMap, toWatched, type Watched } from './watched.ts'

type Deps = {
  readonly connect: () => Client
  /** Why there is no use in trying again, where that is known. */
  readonly lost: () => CliFailure | undefined
  readonly begin: (client: Client) => Promise<{ request: RequestView; duplicate: boolean }>
  readonly say: (line: string) => void
  readonly see: (approval: ApprovalView) => void
  readonly review: boolean
  readonly dataDirFlag: string
  readonly signal: AbortSignal
  /** How long an engine may be away before the waiting is given up. */
  readonly patienceMs: number
}

type Stop = { readonly kind: 'ended'; readonly ending: Ending } | { readonly kind: 'again' }

/** Follows one request to its end, over gaps and restarts of the engine. The feed is opened before the request is made, so nothing is missed. */
export function createFollower(deps: Deps) {
  let watched: Watched | undefined
  let zone = 'UTC'
  let lastSeq = 0
  let lostAt: number | undefined

  async function run(): Promise<{ watched: Watched; ending: Ending }> {
    for (;;) {
      const stop = await followOnce().catch(giveUpOrRetry)
      if (stop.kind === 'ended' && watched) return { watched, ending: stop.ending }
    }
  }

  async function followOnce(): Promise<Stop> {
    const client = deps.connect()
    const away = new AbortController()
    try {
      const feed = await client.feed.subscribe({}, { signal: AbortSignal.any([deps.signal, away.signal]) })
      for await (const message of feed) {
        lostAt = undefined
        const stop = await take(client, message)
        if (stop) return stop
      }
      throw new Error('The feed ended.')
    } finally {
      away.abort()
    }
  }

  /** A gap in the events means: subscribe again. */
  async function take(client: Client, message: FeedMessage): Promise<Stop | undefined> {
    if (message.kind === 'snapshot') return await takeSnapshot(client, message)
    if (message.kind === 'pulse') return undefined
    for (const event of message.events) {
      if (event.seq <= lastSeq) continue
      if (event.seq > lastSeq + 1) return { kind: 'again' }
      lastSeq = event.seq
      takeEvent(event)
    }
    return await settle(client)
  }

  async function takeSnapshot(client: Client, { seq, snapshot }: Extract<FeedMessage, { kind: 'snapshot' }>): Promise<Stop | undefined> {
    zone = snapshot.status.timeZone
    lastSeq = seq
    if (watched) {
      await catchUp(client, watched, true)
    } else {
      const { request, duplicate } = await deps.begin(client)
      watched = toWatched(request)
      if (duplicate) {
        deps.say('This was submitted before: following the first submission.')
        await catchUp(client, watched, false)
      }
    }
    return settle(client)
  }

  function takeEvent(event: ReefEvent): void {
    if (!watched || !concerns(watched, event)) return
    const before = watched
    watched = learn(watched, event)
    const moment = toMoment(event, { watched: event.type === 'task.waited' ? before : watched, zone, dataDirFlag: deps.dataDirFlag })
    if (moment) tell(moment, event.at)
    if (event.type.startsWith('approval.')) deps.see(event.data as ApprovalView)
  }

  const tell = (moment: Moment, at: number): void => {
    for (const line of toLines(moment, at, { rehearsal: watched?.request.rehearsal === true, zone })) deps.say(line)
  }

  /** Reads the truth and prints what changed meanwhile. */
  async function catchUp(client: Client, before: Watched, aloud: boolean): Promise<void> {
    watched = await readWatched(client, before)
    for (const task of watched.tasks.values()) {
      if (aloud && before.tasks.get(task.id)?.state !== task.state) tell(toTaskMoment(task), task.endedAt ?? task.startedAt ?? Date.now())
    }
    for (const approval of watched.approvals.values()) {
      if (approval.state === 'requested' && !before.approvals.has(approval.id)) {
        tell(
          toMoment({ type: 'approval.requested', data: approval } as ReefEvent, { watched, zone, dataDirFlag: deps.dataDirFlag }) as Moment,
          approval.requestedAt,
        )
      }
      deps.see(approval)
    }
  }

  /** "Stuck" is asked twice: the change that unblocks may be on its way. */
  async function settle(client: Client): Promise<Stop | undefined> {
    if (!watched) return undefined
    const ending = toEnding(watched, deps.review)
    if (ending?.kind !== 'stuck') return ending && { kind: 'ended', ending }
    const fresh = await readWatched(client, watched)
    const sure = toEnding(fresh, deps.review)
    return sure && { kind: 'ended', ending: sure }
  }

  async function giveUpOrRetry(error: unknown): Promise<Stop> {
    deps.signal.throwIfAborted()
    const lost = deps.lost()
    if (lost) throw lost
    if (!watched || isRefusal(error)) throw error
    if (lostAt === undefined) deps.say('The engine is away; waiting for it to come back.')
    lostAt ??= Date.now()
    if (Date.now() - lostAt > deps.patienceMs) throw error
    await sleep(250, undefined, { signal: deps.signal })
    return { kind: 'again' }
  }

  return { run }
}

/** An engine that is down answers nothing or exits with code 3; everything else it says is meant. */
function isRefusal(error: unknown): boolean {
  if (error instanceof CliFailure) return error.exit !== 3
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500
}

async function readWatched(client: Client, { request }: Watched): Promise<Watched> {
  const fresh = await client.request.get({ id: request.id })
  if (fresh.planId === null) return toWatched(fresh)
  const [{ plan, tasks }, { approvals }] = await Promise.all([client.plan.get({ id: fresh.planId }), client.approval.list({ limit: 1000 })])
  return { request: fresh, plan, tasks: toMap(tasks), approvals: toMap(approvals.filter((one) => one.planId === plan.id)) }
}
