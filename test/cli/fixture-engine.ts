import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { RPCHandler } from '@orpc/server/node'
import type { ApprovalView, EvidenceView, FeedMessage, PlanView, ReefEvent, RequestView, TaskView } from '../../src/contract/index.ts'
import { oversight } from '../renderer/approval-rows.ts'
import * as canned from './canned.ts'
import * as money from './canned-money.ts'
import { os, toMoneyRouter } from './fixture-money.ts'
import { toSayRouter } from './fixture-say.ts'
import { type Play, plays } from './plays.ts'
import { refuse } from './refuse.ts'

/** What the engine was asked, for tests to look at. */
export type Seen = { readonly path: string; readonly input: unknown }

export type Fixture = { readonly url: string; readonly token: string; readonly seen: Seen[]; readonly end: () => Promise<void> }

const TOKEN = 'token-of-the-fixture'

/** An engine without a factory: canned rows, and a play that runs when something is submitted. */
export async function startFixture({ dataDir, play = 'done' }: { dataDir: string; play?: string }): Promise<Fixture> {
  const seen: Seen[] = []
  const stage = createStage()
  const world = { url: '' }
  const begin = (rehearsal: boolean, text: string): RequestView => {
    const request = canned.request({ rehearsal, text })
    stage.request = request
    void (plays[play] as Play)(stage, { rehearsal, url: world.url }).catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
    return request
  }
  const page = <T>(rows: readonly T[], { limit }: { limit: number }) => rows.slice(0, limit)
  const status = () => ({ ...canned.status(dataDir, world.url), lastSeq: stage.journal.length })
  const approvals = () => (stage.approvals.size > 0 ? [...stage.approvals.values()] : [canned.approval()])
  const findApproval = (id: string) => approvals().find((one) => one.id === id) ?? refuse({ code: 'approval/unknown', message: 'There is no such approval.' })
  const plans = (): PlanView[] =>
    stage.plan ? [stage.plan] : [canned.plan(), canned.plan({ id: canned.id('plan', 'P1AN02'), rehearsal: true, title: 'Rehearsal' })]
  const tasks = () =>
    stage.tasks.size > 0 ? [...stage.tasks.values()] : [canned.task('T1', { state: 'done' }), canned.task('T2', { planId: canned.id('plan', 'P1AN02') })]
  const router = os.router({
    factory: {
      status: os.factory.status.handler(status),
      pause: os.factory.pause.handler(() => ({ ok: true as const })),
      resume: os.factory.resume.handler(() => ({ ok: true as const })),
      doctor: os.factory.doctor.handler(() => ({
        checks: [
          { name: 'git', state: 'ok' as const, detail: 'git 2.47', remedy: null },
          { name: 'bwrap', state: play === 'sick' ? ('bad' as const) : ('absent' as const), detail: 'not found', remedy: 'apt install bubblewrap' },
        ],
      })),
    },
    feed: { subscribe: os.feed.subscribe.handler(({ signal }) => stage.subscribe(status, signal)) },
    request: {
      submit: os.request.submit.handler(({ input }) => {
        if (input.text.includes('refuse me'))
          refuse({ code: 'queue/full', message: 'The queue is full.', field: 'text', remedy: 'wait until some of it is done' })
        if (input.plan?.title === 'A cycle')
          refuse({ code: 'plan/invalid', message: 'T1 and T2 wait for each other.', field: 'tasks[0].dependsOn', remedy: 'take one of them out' })
        return stage.request && input.idempotencyKey ? { request: stage.request, duplicate: true } : { request: begin(false, input.text), duplicate: false }
      }),
      list: os.request.list.handler(() => ({ requests: [canned.request()] })),
      get: os.request.get.handler(() => stage.request ?? canned.request()),
    },
    plan: {
      list: os.plan.list.handler(({ input }) => ({ plans: page(plans(), input) })),
      get: os.plan.get.handler(({ input }) => ({
        plan: plans().find((one) => one.id === input.id) ?? refuse({ code: 'plan/unknown', message: 'There is no such plan.', field: 'id' }),
        tasks: tasks(),
        releases: [canned.release()],
        artifacts: [canned.artifact()],
      })),
      start: os.plan.start.handler(() => canned.plan()),
      cancel: os.plan.cancel.handler(() => canned.plan({ state: 'cancelled' })),
    },
    task: {
      list: os.task.list.handler(({ input }) => ({ tasks: page(tasks(), input) })),
      get: os.task.get.handler(({ input }) => {
        const task = tasks().find((one) => one.id === input.id) ?? refuse({ code: 'task/unknown', message: 'There is no such task.', field: 'id' })
        return {
          task,
          plan: plans()[0] ?? canned.plan(),
          instructions: 'Do it.',
          outputs: [],
          attempts: [canned.attempt()],
          evidence: stage.evidence.filter((one) => one.taskId === task.id),
          artifacts: [canned.artifact()],
          sessions: [canned.session()],
        }
      }),
      edit: os.task.edit.handler(() => canned.task('T1')),
      retry: os.task.retry.handler(() => canned.task('T1', { state: 'ready' })),
      cancel: os.task.cancel.handler(({ input }) => ({ cancelled: [input.id] })),
      diff: os.task.diff.handler(() => ({ text: '', truncated: false })),
    },
    session: {
      list: os.session.list.handler(() => ({ sessions: [canned.session(), canned.session({ id: canned.id('ses', 'SES002') })] })),
      log: os.session.log.handler(({ input }) => ({ offset: input.from, text: record.slice(input.from, input.from + 7), ended: true })),
      follow: os.session.follow.handler(async function* () {
        yield { offset: 0, text: record.slice(0, 8), ended: false }
        yield { offset: 8, text: record.slice(8), ended: true }
      }),
      seek: os.session.seek.handler(() => ({ offset: 4 })),
      stop: os.session.stop.handler(() => ({ survivors: play === 'sick' ? 2 : 0 })),
    },
    bundle: { approve: os.bundle.approve.handler(() => ({ approvals: approvals() })) },
    approval: {
      list: os.approval.list.handler(() => ({ approvals: approvals() })),
      get: os.approval.get.handler(({ input }) => findApproval(input.id)),
      approve: os.approval.approve.handler(({ input }) => ({ ...stage.decide(findApproval(input.id), input.payloadHash), chosen: input.option ?? null })),
      question: os.approval.question.handler(({ input }) => ({ ...findApproval(input.id), state: 'denied' as const, reason: `question: ${input.text}` })),
      snooze: os.approval.snooze.handler(({ input }) => ({ ...findApproval(input.id), snoozedUntil: input.until })),
      regret: os.approval.regret.handler(({ input }) => ({ ...findApproval(input.id), state: 'executed' as const, regrettedAt: canned.at(60) })),
      explain: os.approval.explain.handler(({ input }) => ({
        approval: findApproval(input.id),
        sentences: ['Rex asked to deploy on this machine.', 'The policy of version 1 made it T2.'],
        policy: null,
        events: [{ seq: 7, at: canned.at(3), type: 'approval.requested', actor: 'engine' as const, hash: 'f'.repeat(64) }],
      })),
      oversight: os.approval.oversight.handler(() => oversight()),
      deny: os.approval.deny.handler(({ input }) => ({ ...findApproval(input.id), state: 'denied' as const, reason: input.note ?? input.reason })),
      undo: os.approval.undo.handler(({ input }) => findApproval(input.id)),
    },
    ...toMoneyRouter(play),
    ...toSayRouter(),
    audit: {
      export: os.audit.export.handler(() => ({ text: '{"seq":1}\n', next: null })),
      list: os.audit.list.handler(({ input }) => ({ rows: page([canned.auditRow(2), canned.auditRow(1)], input) })),
      verify: os.audit.verify.handler(() =>
        play === 'sick' ? { ok: false, rows: 9, firstBroken: 4, head: 'dddd' } : { ok: true, rows: 9, firstBroken: null, head: 'dddd' },
      ),
    },
    agent: {
      list: os.agent.list.handler(() => ({ agents: [canned.agent()] })),
      get: os.agent.get.handler(({ input }) =>
        input.name === 'Rex'
          ? { ...canned.agent(), file: '---\nname: Rex\n---\nYou build.' }
          : refuse({ code: 'agent/unknown', message: `There is no agent ${input.name}.`, field: 'name', remedy: 'see: reef agent list' }),
      ),
      save: os.agent.save.handler(({ input }) =>
        input.file.includes('role')
          ? canned.agent({ name: input.name })
          : refuse({ code: 'agent/invalid', message: 'Line 2: role is missing.', field: 'file' }),
      ),
      set: os.agent.set.handler(({ input }) => canned.agent({ name: input.name, ...(input.change as object) })),
      pause: os.agent.pause.handler(({ input }) => canned.agent({ name: input.name, paused: { at: canned.at(), by: 'owner', reason: input.reason } })),
      resume: os.agent.resume.handler(({ input }) => canned.agent({ name: input.name })),
    },
    provider: {
      list: os.provider.list.handler(() => ({
        providers: [
          canned.provider(),
          canned.provider({ name: 'groq', key: 'environment', keySetAt: null, circuit: 'quota' }),
          canned.provider({ name: 'rehearsal', key: 'none', keySetAt: null, billing: 'local', rehearsal: true }),
        ],
      })),
      rotate: os.provider.rotate.handler(({ input }) => canned.provider({ name: input.name })),
      presets: os.provider.presets.handler(() => ({ presets: money.presets })),
      discover: os.provider.discover.handler(() => (play === 'sick' ? { ollama: null, logins: [] } : money.discovery)),
      add: os.provider.add.handler(({ input }) =>
        canned.provider({
          name: input.name,
          wire: input.wire,
          baseUrl: input.baseUrl,
          key: input.key === undefined ? 'none' : 'stored',
          billing: input.billing ?? 'metered',
        }),
      ),
      remove: os.provider.remove.handler(() => ({ ok: true as const })),
      test: os.provider.test.handler(({ input }) =>
        input.name === 'down'
          ? { reachable: false, models: [], message: 'connection refused' }
          : { reachable: true, models: ['claude-sonnet-4-5'], message: '1 model' },
      ),
      catalogue: os.provider.catalogue.handler(() => ({ models: [] })),
    },
    program: { list: os.program.list.handler(() => ({ programs: [] })) },
    project: {
      list: os.project.list.handler(() => ({ projects: [canned.project()] })),
      add: os.project.add.handler(({ input }) => canned.project({ name: input.name, path: input.path, registered: true })),
    },
    release: {
      list: os.release.list.handler(() => ({ releases: [canned.release({ rehearsal: true })] })),
      stop: os.release.stop.handler(() => canned.release({ state: 'stopped' })),
    },
    artifact: {
      list: os.artifact.list.handler(() => ({ artifacts: [canned.artifact()] })),
      read: os.artifact.read.handler(() =>
        play === 'sick'
          ? { artifact: canned.artifact({ mediaType: 'image/png' }), text: null, truncated: false }
          : { artifact: canned.artifact(), text: '# Design\n', truncated: false },
      ),
    },
    rehearsal: {
      start: os.rehearsal.start.handler(() => ({ request: begin(true, 'the rehearsal') })),
      skip: os.rehearsal.skip.handler(() => ({ ok: true as const })),
    },
    settings: {
      list: os.settings.list.handler(() => ({
        settings: [
          { key: 'maxSessions', value: 4, default: 4, source: 'default' as const, description: 'Agent sessions at once' },
          { key: 'spendStopUsd', value: 100, default: 100, source: 'default' as const, description: 'No model is called any more that day' },
        ],
      })),
      set: os.settings.set.handler(({ input }) => ({
        key: input.key,
        value: input.value,
        default: 4,
        source: 'file' as const,
        description: 'Agent sessions at once',
      })),
    },
  })
  const handler = new RPCHandler(router, {
    clientInterceptors: [
      (options) => {
        seen.push({ path: options.path.join('.'), input: options.input })
        return options.next()
      },
    ],
  })
  const server = createServer(async (incoming, outgoing) => {
    if (incoming.url?.startsWith('/product')) {
      outgoing.writeHead(incoming.url.includes('broken') ? 500 : 200).end('x'.repeat(5000))
    } else if (!isAllowed(incoming)) {
      outgoing.writeHead(401, { 'content-type': 'application/json' }).end('{"refused":true}')
    } else if (!(await handler.handle(incoming, outgoing, { prefix: '/rpc', context: {} })).matched) {
      outgoing.writeHead(404).end()
    }
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  mkdirSync(join(dataDir, 'run'), { recursive: true })
  writeFileSync(join(dataDir, 'run', 'engine.json'), JSON.stringify({ pid: process.pid, url: world.url, token: TOKEN, startedAt: Date.now() }), { mode: 0o600 })
  return {
    url: world.url,
    token: TOKEN,
    seen,
    end: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

const isAllowed = (incoming: IncomingMessage): boolean => incoming.headers.authorization === `Bearer ${TOKEN}`

const record = 'one \x1b[31mred\x1b[0m\r\ntwo\n'

export type Stage = ReturnType<typeof createStage>

/** The journal of the fixture and what follows from it. */
function createStage() {
  const journal: ReefEvent[] = []
  const wakes = new Set<() => void>()
  const stage = {
    journal,
    request: undefined as RequestView | undefined,
    plan: undefined as PlanView | undefined,
    tasks: new Map<string, TaskView>(),
    approvals: new Map<string, ApprovalView>(),
    evidence: [] as EvidenceView[],
    decided: new Set<(approval: ApprovalView) => void>(),
    /** Skips a number, as an engine does whose feed fell behind. */
    gap: 0,
    emit(type: string, data: unknown): void {
      keep(type, data)
      const seq = (journal.at(-1)?.seq ?? 0) + 1 + stage.gap
      stage.gap = 0
      const subject = (data as { id?: string }).id ?? 'factory'
      journal.push({ seq, id: canned.id('evt', `EVT${seq}`), type, at: canned.at(seq), actor: 'engine', subject, correlationId: 'corr-1', data } as ReefEvent)
      for (const wake of wakes) wake()
    },
    decide(approval: ApprovalView, payloadHash: string): ApprovalView {
      if (payloadHash !== approval.payloadHash)
        refuse({ code: 'approval/drifted', message: 'It has changed since you looked at it.', field: 'payloadHash', remedy: 'look again: reef approval show' })
      const approved: ApprovalView = { ...approval, state: 'approved', decidedAt: canned.at(20), decidedBy: 'owner', effectiveAt: canned.at(30) }
      for (const tell of stage.decided) tell(approved)
      return approved
    },
    async *subscribe(status: () => ReturnType<typeof canned.status>, signal: AbortSignal | undefined): AsyncGenerator<FeedMessage> {
      let sent = journal.length
      yield {
        kind: 'snapshot',
        seq: journal.at(-1)?.seq ?? 0,
        snapshot: {
          status: status(),
          spend: canned.spendToday,
          requests: [],
          plans: [],
          tasks: [],
          sessions: [],
          approvals: [],
          releases: [],
          agents: [],
          providers: [],
          channels: [],
          recent: [],
        },
      }
      while (!signal?.aborted) {
        if (sent < journal.length) {
          const events = journal.slice(sent)
          sent = journal.length
          yield { kind: 'events', events }
        } else await nextWake(wakes, signal)
      }
    },
  }
  function keep(type: string, data: unknown): void {
    if (type === 'plan.created') {
      const created = data as { plan: PlanView; tasks: TaskView[] }
      stage.plan = created.plan
      for (const task of created.tasks) stage.tasks.set(task.id, task)
    } else if (type.startsWith('request.')) stage.request = data as RequestView
    else if (type.startsWith('plan.')) stage.plan = data as PlanView
    else if (type.startsWith('task.')) stage.tasks.set((data as TaskView).id, data as TaskView)
    else if (type.startsWith('approval.')) stage.approvals.set((data as ApprovalView).id, data as ApprovalView)
    else if (type.startsWith('evidence.')) stage.evidence.push(data as EvidenceView)
  }
  return stage
}

function nextWake(wakes: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((done) => {
    const wake = () => {
      wakes.delete(wake)
      done()
    }
    wakes.add(wake)
    signal?.addEventListener('abort', wake, { once: true })
  })
}
