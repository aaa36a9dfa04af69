import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Actor,
  type ApprovalView,
  type ChannelName,
  type IncomingView,
  type Instant,
  type MessageView,
  type Nanodollars,
  type PlanView,
  type ReleaseView,
  type RequestId,
  type RequestView,
  Settings,
  type TaskView,
} from '../../src/contract/index.ts'
import { type ApprovalRequest, createApprovals, createApprovalsReader } from '../../src/engine/approvals/index.ts'
import { createChannels } from '../../src/engine/channels/index.ts'
import { type ConversationDeps, createConversation, type Urgency } from '../../src/engine/conversation/index.ts'
import { createJournal } from '../../src/engine/journal/index.ts'
import { createManualClock } from '../../src/engine/kernel/clock.ts'
import { newId } from '../../src/engine/kernel/id.ts'
import { createLogger } from '../../src/engine/kernel/logger.ts'
import { migrate, openReader, openWriter, write } from '../../src/engine/store/index.ts'

export const HOUR = 3_600_000
/** Sunday afternoon in New Zealand. */
export const START = Date.UTC(2026, 10, 22, 0, 0)
const OWNER = '64211234567'

type Policy = { tier: ApprovalView['tier']; deadlineMs: number; ifSilent: 'deny' | 'template'; irreversible: boolean }

/** What the rest of the factory would answer; tests write into it. */
const factory = () => ({
  mode: 'running' as 'running' | 'paused',
  killedAt: null as Instant | null,
  stops: 0,
  plans: [] as PlanView[],
  tasks: [] as TaskView[],
  releases: [] as ReleaseView[],
  requests: new Map<string, RequestView>(),
  urgency: 'normal' as Urgency,
})

/** Real approvals, real channels without a wire, a real database; an engine can be opened anew on what another left. */
export function openWorld({ start = START, settings = {} as Partial<Settings> } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'reef-conversation-'))
  const db = openWriter(join(dir, 'reef.db'))
  migrate(db, join(import.meta.dirname, '../../migrations'), 0)
  // Nobody pulls the plug here: what is proven is the order of things, not the disk.
  db.pragma('synchronous = OFF')
  const reader = openReader(join(dir, 'reef.db'))
  const clock = createManualClock(start)
  const logger = createLogger(undefined)
  const chosen = { ...Settings.parse({}), ...settings }
  const policy: Policy = { tier: 'T2', deadlineMs: 4 * HOUR, ifSilent: 'deny', irreversible: false }
  const made = factory()
  const journal = createJournal({ db, reader, clock, redact: (text) => text })
  const { append } = journal
  const kept = new Map<string, string>()
  const secrets = {
    get: (name: string) => kept.get(name),
    set: (name: string, value: string) => void kept.set(name, value),
    delete: (name: string) => void kept.delete(name),
    names: () => [...kept.keys()],
  }
  const approvals = createApprovals({
    db,
    clock,
    append,
    classify: () => ({
      tier: policy.tier,
      because: ['the class says so'],
      policyVersion: 1,
      deadlineMs: policy.deadlineMs,
      ifSilent: policy.ifSilent,
      templateText: policy.ifSilent === 'template' ? 'We are aware and investigating.' : null,
      quietHours: 'run',
      irreversible: policy.irreversible,
    }),
    match: () => undefined,
    hours: () => 4,
    graceSeconds: () => 10,
    irreversibleGraceSeconds: () => 30,
    bundleSeconds: () => 60,
    quiet: () => ({ from: chosen.quietFrom, to: chosen.quietTo, holdTo: chosen.quietHoldTo, zone: chosen.timeZone }),
    inIncident: () => false,
  })
  const approvalsReader = createApprovalsReader(db)

  const channelsOf = () => createChannels({ db, reader, clock, append, secrets, logger, every: () => () => {} })
  let channels = channelsOf()
  const addPhone = (name: ChannelName, state: 'ready' | 'unproven' = 'ready') =>
    db
      .prepare(`INSERT INTO channel (name, config, address, paired_sender, state, detail, since) VALUES (?, '{}', '+64211234567', ?, ?, 'as in a test', ?)`)
      .run(name, state === 'ready' ? OWNER : null, state, clock.now())

  const plan = (id: string): PlanView => {
    const found = made.plans.find((one) => one.id === id)
    if (!found) throw new Error(`no plan ${id}`)
    return found
  }
  const deps = (): ConversationDeps => ({
    db,
    clock,
    logger,
    settings: () => chosen,
    redact: (text) => text.replaceAll('sk-very-secret', '•••'),
    channels,
    approvals,
    urgency: () => made.urgency,
    acts: {
      submit({ text, project, idempotencyKey }, { actor }) {
        const known = [...made.requests.values()].find((one) => idempotencyKey !== undefined && kept.get(one.id) === idempotencyKey)
        if (known) return { request: known }
        const id = newId('req', clock) as RequestId
        const request: RequestView = {
          id,
          text,
          project: project ?? 'new-thing',
          planId: null,
          state: 'planning',
          error: null,
          rehearsal: false,
          actor,
          createdAt: clock.now(),
        }
        made.requests.set(id, request)
        if (idempotencyKey !== undefined) kept.set(id, idempotencyKey)
        write(db, () => append({ type: 'request.submitted', subject: id, actor, correlationId: id, data: request }))
        return { request }
      },
      pause() {
        made.mode = 'paused'
      },
      resume() {
        made.mode = 'running'
      },
      async stop() {
        made.stops += 1
        made.mode = 'paused'
        made.killedAt = clock.now()
        return { sessions: 2, calls: 3 }
      },
      async stopSpending() {
        made.killedAt = clock.now()
        return 3
      },
      allowSpending() {
        made.killedAt = null
      },
    },
    reads: {
      status: () => ({ mode: made.mode, sessionsRunning: 1, sessionsMax: 4, models: 'connected' }),
      spend: () => ({
        spent: 1_230_000_000 as Nanodollars,
        perHour: 400_000_000 as Nanodollars,
        target: 30_000_000_000 as Nanodollars,
        alert: 50_000_000_000 as Nanodollars,
        stop: 100_000_000_000 as Nanodollars,
        held: 0 as Nanodollars,
        killedAt: made.killedAt,
        asOf: clock.now(),
      }),
      spentBetween: () => 4_560_000_000 as Nanodollars,
      openPlans: () => made.plans.filter(({ state }) => state === 'running' || state === 'draft'),
      plans: () => made.plans,
      plan,
      tasksOf: (id) => made.tasks.filter(({ planId }) => planId === id),
      attention: () => made.tasks.filter(({ state }) => !['pending', 'ready', 'done'].includes(state)),
      request(id) {
        const request = made.requests.get(id)
        if (!request) throw new Error(`no request ${id}`)
        return request
      },
      decided: (limit) => approvalsReader.list(limit),
      releases: () => made.releases,
      projects: () => [...new Set(made.plans.map(({ project }) => project))],
    },
    news: { listen: journal.listen, ofTypes: journal.reader.ofTypes, lastSeq: journal.reader.lastSeq },
  })
  let conversation = createConversation(deps())
  let remote = 0

  return {
    db,
    clock,
    append,
    policy,
    settings: chosen,
    made,
    approvals,
    addPhone,
    journal,
    get conversation() {
      return conversation
    },
    get channels() {
      return channels
    },
    look: () => conversation.look(),
    /** Another engine on the same data. */
    reopen(): void {
      channels = channelsOf()
      conversation = createConversation(deps())
    },
    ask(what = 'Deploy price-api v14', more: Partial<ApprovalRequest> = {}): ApprovalView {
      return approvals.ask({
        planId: null,
        taskId: null,
        correlationId: `matter ${what}`,
        project: 'shop',
        action: 'deploy.production',
        idempotencyKey: what,
        card: { what, blast: '1 product', reversible: 'reversible', cost: '$0.05', why: 'Tests pass.', evidence: ['212 of 212 tests'], previews: [] },
        payload: { what },
        askedBy: 'agent:Forge',
        rehearsal: false,
        since: clock.now(),
        ...more,
      }).approval
    },
    /** What was written after a message, oldest first: the last thousand. */
    sent: (after = ''): MessageView[] =>
      channels
        .messages({ limit: 1000 })
        .sent.filter(({ id }) => id > after)
        .reverse(),
    texts: (kind?: MessageView['kind']): string[] =>
      channels
        .messages({ limit: 1000 })
        .sent.reverse()
        .flatMap((message) => (kind === undefined || message.kind === kind ? [message.text] : [])),
    /** As if the wire had taken everything that may go by now. */
    deliver(): void {
      db.prepare(`UPDATE message_out SET state = 'delivered', next_attempt_at = NULL WHERE state = 'pending' AND next_attempt_at <= ?`).run(clock.now())
    },
    /** A message of somebody's phone, as the inbox keeps it. Answers its id; the same `remoteId` arrives once. */
    receive(text: string | null, more: Partial<IncomingView> & { remoteId?: string } = {}): IncomingView['id'] {
      const id = newId('msg', clock) as IncomingView['id']
      const allowed = more.allowed ?? true
      db.prepare(
        `INSERT INTO message_in (channel, remote_id, id, sender, allowed, body, button, reaction, replies_to, forwarded, edited, at, received_at, state, outcome)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      ).run(
        more.channel ?? 'whatsapp',
        more.remoteId ?? `wamid.${remote++}`,
        id,
        allowed ? OWNER : '999',
        allowed ? 1 : 0,
        text,
        more.button ?? null,
        more.reaction ?? null,
        more.repliesTo ?? null,
        more.forwarded ? 1 : 0,
        more.edited ? 1 : 0,
        clock.now(),
        clock.now(),
        allowed ? 'received' : 'ignored',
        allowed ? null : 'a stranger',
      )
      return id
    },
    /** What was answered to the last word from a phone. */
    async hear(text: string | null, more: Partial<IncomingView> & { remoteId?: string } = {}): Promise<string> {
      this.receive(text, more)
      const before = this.texts('answer').length
      await conversation.look()
      return this.texts('answer').slice(before).join('\n---\n')
    },
    /** Calls of the last rung that did not come to their end. */
    undoneIntents: (): number => db.prepare<[], { n: number }>('SELECT count(*) AS n FROM announcement WHERE done_at IS NULL').get()?.n ?? 0,
    incoming: () => channels.messages({ limit: 1000 }).received.reverse(),
    say: (text: string, by: { actor: Actor; channel: string } = { actor: 'owner', channel: 'cli' }) => conversation.say(text, by),
    async [Symbol.asyncDispose](): Promise<void> {
      await conversation[Symbol.asyncDispose]()
      reader.close()
      db.close()
      rmSync(dir, { recursive: true })
    },
  }
}
export type World = ReturnType<typeof openWorld>

/** The code of the newest card. */
export function codeOf(world: World, at = -1): string {
  const code = /#([A-Z2-9]{6})/.exec(world.texts('approval').at(at) ?? '')?.[1]
  if (!code) throw new Error('no card was sent')
  return code
}

/** A bundle of one, told to the phone and delivered. */
export async function tellCard(
  world: World,
  what?: string,
  more?: Partial<ApprovalRequest>,
): Promise<{ approval: ApprovalView; code: string; message: MessageView }> {
  const approval = world.ask(what, more)
  world.clock.advance(60_000)
  await world.look()
  world.deliver()
  const message = world.sent().findLast(({ kind }) => kind === 'approval')
  if (!message) throw new Error('no card was sent')
  return { approval, code: codeOf(world), message }
}
