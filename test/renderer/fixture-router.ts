import { setTimeout as sleep } from 'node:timers/promises'
import { implement, ORPCError } from '@orpc/server'
import type { ApprovalView, FeedMessage, ReefEvent, Refusal, Snapshot } from '../../src/contract/index.ts'
import { contract, errorCodes, Settings } from '../../src/contract/index.ts'
import { createApprovalRouter } from './approval-router.ts'
import { createMoneyRouter } from './money-router.ts'
import { agent, ago, artifact, attempt, diffText, evidence, id, NOW, project, request, task } from './rows.ts'
import { createSayRouter } from './say-router.ts'
import { createWorld, type WorldName } from './worlds.ts'

const refuse = (refusal: Refusal): never => {
  throw new ORPCError(refusal.code, {
    status: (errorCodes as Record<string, number>)[refusal.code] ?? 500,
    message: refusal.message,
    data: refusal,
  })
}
const unknown = (code: Refusal['code'], what: string) => refuse({ code, message: `There is no ${what}.` })

const record = Array.from({ length: 400 }, (_, i) =>
  i % 9 === 0
    ? `\x1b[1m$ npm test\x1b[0m\r\n`
    : `\x1b[32m✓\x1b[0m src/routes/prices.test.ts line ${i} \x1b[90m(${i % 40} ms)\x1b[0m https://example.com/${i}\r\n`,
).join('')

/** Answers the whole contract from one world, with a feed that acts can move. One for each connection: acts of one page are its own. */
export function createFixtureRouter(name: WorldName) {
  return () => {
    const world = createWorld(name)
    const stage = createStage(world)
    const os = implement(contract)
    /** Reads that are no part of the feed hang, or are refused, when the world says so. */
    const read = async <Data>(answer?: Data): Promise<Data> => {
      if (name === 'loading') await sleep(3_600_000, undefined, { ref: false })
      if (name === 'error')
        refuse({ code: 'internal', message: 'The database could not be read.', remedy: 'Look at the log in the data directory; REEF tries again when you do.' })
      return answer as Data
    }
    const page = <Row>(rows: readonly Row[], { limit }: { limit: number }) => rows.slice(0, limit)
    const empty = name === 'empty'
    const settings = new Map<string, unknown>(Object.entries(Settings.parse({})))
    const defaults = Settings.parse({}) as Record<string, unknown>
    const settingView = (key: string) => ({
      key,
      value: settings.get(key),
      default: defaults[key],
      source: settings.get(key) === defaults[key] ? ('default' as const) : ('file' as const),
      description: (Settings.shape as Record<string, { description?: string }>)[key]?.description ?? '',
    })
    const findTask = (wanted: string) => world.tasks.find((one) => one.id === wanted) ?? unknown('task/unknown', 'such task')
    const findPlan = (wanted: string) => world.plans.find((one) => one.id === wanted) ?? unknown('plan/unknown', 'such plan')
    const findAgent = (wanted: string) => world.agents.find((one) => one.name === wanted) ?? unknown('agent/unknown', `agent ${wanted}`)
    const ok = { ok: true as const }
    const says = createApprovalRouter({ name, stage, read, refuse })
    const rules = createSayRouter({ name, world, read, refuse, tell: stage.tell })
    const money = createMoneyRouter({ name, world, read, refuse, tell: stage.tell })
    return os.router({
      factory: {
        status: os.factory.status.handler(() => world.status),
        pause: os.factory.pause.handler(() => stage.tell('factory.paused', 'factory', {}) ?? ok),
        resume: os.factory.resume.handler(() => stage.tell('factory.resumed', 'factory', {}) ?? ok),
        doctor: os.factory.doctor.handler(async () => {
          await read()
          return {
            checks: [
              { name: 'Node', state: 'ok' as const, detail: '24.21.0', remedy: null },
              { name: 'git', state: 'ok' as const, detail: '2.47.3', remedy: null },
              {
                name: 'sandbox',
                state: 'warn' as const,
                detail: 'bubblewrap is there, user namespaces are off',
                remedy: 'sysctl kernel.unprivileged_userns_clone=1',
              },
              { name: 'Ollama', state: 'absent' as const, detail: 'nothing answers on port 11434', remedy: 'ollama serve' },
              { name: 'disk', state: 'bad' as const, detail: '4 % free', remedy: 'make room, or move the data directory' },
            ],
          }
        }),
      },
      feed: { subscribe: os.feed.subscribe.handler(({ signal }) => stage.subscribe(signal)) },
      request: {
        submit: os.request.submit.handler(({ input }) => {
          if (input.text.includes('refuse me'))
            refuse({ code: 'project/invalid', message: 'A project of that name belongs to somebody else.', field: 'project', remedy: 'Choose another name.' })
          const fresh = request(900, { text: input.text, project: input.project ?? 'made-from-text', planId: null, state: 'planning', createdAt: ago(0) })
          stage.tell('request.submitted', fresh.id, fresh)
          return { request: fresh, duplicate: false }
        }),
        list: os.request.list.handler(({ input }) => read({ requests: page(world.requests, input) })),
        get: os.request.get.handler(() => world.requests[0] ?? unknown('request/unknown', 'such request')),
      },
      plan: {
        list: os.plan.list.handler(async ({ input }) => {
          await read()
          return { plans: page(input.state ? world.plans.filter((one) => one.state === input.state) : world.plans, input) }
        }),
        get: os.plan.get.handler(async ({ input }) => {
          await read()
          return {
            plan: findPlan(input.id),
            tasks: world.tasks.filter((one) => one.planId === input.id),
            releases: world.releases.filter((one) => one.planId === input.id).slice(0, 3),
            artifacts: [artifact(1, 'docs/shops.md'), artifact(2, 'docs/competitors.json')],
          }
        }),
        start: os.plan.start.handler(({ input }) => ({ ...findPlan(input.id), state: 'running' as const })),
        cancel: os.plan.cancel.handler(({ input }) => ({ ...findPlan(input.id), state: 'cancelled' as const })),
      },
      task: {
        list: os.task.list.handler(async ({ input }) => {
          await read()
          return {
            tasks: page(
              world.tasks.filter((one) => !input.planId || one.planId === input.planId),
              input,
            ),
          }
        }),
        get: os.task.get.handler(async ({ input }) => {
          await read()
          const found = findTask(input.id)
          return {
            task: found,
            plan: findPlan(found.planId),
            instructions: 'Build the scraper module: three shops, one price per product, refreshed every hour. Every shop has a test with a recorded page.',
            outputs: ['src/scrapers/shop-a.ts', 'src/schedule.ts'],
            attempts: [
              attempt(40, found.id, { state: 'failed', error: 'npm test: 2 failed', startedAt: ago(29), endedAt: ago(26) }),
              attempt(41, found.id, { n: 2, step: 'adjusted prompt', startedAt: ago(25), endedAt: ago(21) }),
            ],
            evidence: [
              evidence(1, 'npm run typecheck', { durationMs: 3100, summary: 'no errors' }),
              evidence(2, 'npm test'),
              evidence(3, 'review', { kind: 'review', exitCode: null, model: 'openai/gpt-5.5', summary: '0 must fix, 2 could be better' }),
              evidence(4, 'npm run lint', { verdict: 'failed', exitCode: 1, summary: '1 error in src/schedule.ts' }),
            ],
            artifacts: [artifact(1, 'docs/shops.md')],
            sessions: world.sessions.filter((one) => one.taskId === found.id),
          }
        }),
        edit: os.task.edit.handler(({ input }) => {
          if (input.agent && !world.agents.some((one) => one.name === input.agent))
            refuse({ code: 'agent/unknown', message: `There is no agent ${input.agent}.`, field: 'agent' })
          return { ...findTask(input.id), ...(input.title && { title: input.title }) }
        }),
        retry: os.task.retry.handler(({ input }) => ({ ...findTask(input.id), state: 'ready' as const })),
        cancel: os.task.cancel.handler(({ input }) => ({ cancelled: [input.id] })),
        diff: os.task.diff.handler(() => read({ text: diffText, truncated: false })),
      },
      session: {
        list: os.session.list.handler(({ input }) => read({ sessions: page(world.sessions, input) })),
        log: os.session.log.handler(({ input }) => read({ offset: input.from, text: record.slice(input.from, input.from + input.max), ended: true })),
        follow: os.session.follow.handler(async function* ({ input, signal }) {
          await read()
          let at = input.from
          if (at < record.length) {
            yield { offset: at, text: record.slice(at), ended: false }
            at = record.length
          }
          for (let i = 0; !signal?.aborted; i += 1) {
            await sleep(700, undefined, signal ? { signal } : {}).catch(() => undefined)
            const text = `${i} still at it\r\n`
            yield { offset: at, text, ended: false }
            at += text.length
          }
        }),
        seek: os.session.seek.handler(({ input }) => ({ offset: record.indexOf(`line ${Math.max(0, 200 - Math.round((NOW - input.at) / 60_000))} `) })),
        stop: os.session.stop.handler(() => ({ survivors: 0 })),
      },
      approval: says.approval,
      bundle: says.bundle,
      conversation: says.conversation,
      policy: rules.policy,
      playbook: rules.playbook,
      template: rules.template,
      channel: rules.channel,
      spend: money.spend,
      budget: money.budget,
      model: money.model,
      audit: {
        list: os.audit.list.handler(async ({ input }) => {
          await read()
          const rows = empty ? [] : Array.from({ length: name === 'thousand' ? 1000 : 50 }, (_, i) => auditRow(1050 - i))
          return {
            rows: rows
              .filter(
                (row) =>
                  (!input.before || row.seq < Number(input.before)) &&
                  (!input.type || row.type.startsWith(input.type)) &&
                  (!input.subject || row.subject === input.subject) &&
                  (!input.actor || row.actor === input.actor) &&
                  (!input.text || JSON.stringify(row).includes(input.text)),
              )
              .slice(0, input.limit),
          }
        }),
        export: rules.auditExport,
        verify: os.audit.verify.handler(() => read({ ok: true, rows: 1050, firstBroken: null, head: 'a1b2'.repeat(16) })),
      },
      agent: {
        list: os.agent.list.handler(() => read({ agents: world.agents })),
        get: os.agent.get.handler(async ({ input }) => {
          await read()
          const found = findAgent(input.name)
          return { ...found, file: `---\nname: ${found.name}\nrole: ${found.role}\nactive: ${found.active}\ndriver: ${found.driver}\n---\n${found.prompt}\n` }
        }),
        save: os.agent.save.handler(({ input }) =>
          input.file.includes('role:')
            ? agent(input.name, 'Changed')
            : refuse({ code: 'agent/invalid', message: 'Line 2: role is missing.', field: 'file', remedy: 'Add a line such as: role: Builds' }),
        ),
        set: os.agent.set.handler(({ input }) => {
          const changed = { ...findAgent(input.name), ...Object.fromEntries(Object.entries(input.change).filter(([, value]) => value !== undefined)) }
          stage.tell('agent.changed', changed.name, changed)
          return changed as Snapshot['agents'][number]
        }),
        pause: os.agent.pause.handler(({ input }) => {
          const paused = { ...findAgent(input.name), paused: { at: stage.now(), by: 'owner' as const, reason: input.reason } }
          return stage.standing('agent.paused', paused)
        }),
        resume: os.agent.resume.handler(({ input }) => stage.standing('agent.resumed', { ...findAgent(input.name), paused: null })),
      },
      provider: money.provider,
      program: {
        list: os.program.list.handler(async () => {
          await read()
          return {
            programs: [
              { driver: 'pi' as const, program: 'pi', found: true, path: 'node_modules/.bin/pi', version: '0.87.1', remedy: null },
              {
                driver: 'claude-code' as const,
                program: 'claude',
                found: false,
                path: null,
                version: null,
                remedy: 'npm install -g @anthropic-ai/claude-code',
              },
              { driver: 'codex' as const, program: 'codex', found: false, path: null, version: null, remedy: 'npm install -g @openai/codex' },
            ],
          }
        }),
      },
      project: {
        list: os.project.list.handler(() =>
          read({ projects: empty ? [] : [project(1, 'price-api'), project(2, 'pdf-tools'), project(3, 'invoice-lint', { registered: true })] }),
        ),
        add: os.project.add.handler(({ input }) => project(9, input.name, { path: input.path, registered: true })),
      },
      release: {
        list: os.release.list.handler(({ input }) => read({ releases: page(world.releases, input) })),
        stop: os.release.stop.handler(({ input }) => {
          const found = world.releases.find((one) => one.id === input.id) ?? unknown('release/unknown', 'such release')
          const stopped = { ...found, state: 'stopped' as const, endedAt: stage.now() }
          stage.tell('release.stopped', stopped.id, stopped)
          return stopped
        }),
      },
      artifact: {
        list: os.artifact.list.handler(() => read({ artifacts: [artifact(1, 'docs/shops.md')] })),
        read: os.artifact.read.handler(() =>
          read({ artifact: artifact(1, 'docs/shops.md'), text: '# Three shops\n\nWhat each of them answers.\n', truncated: false }),
        ),
      },
      rehearsal: {
        start: os.rehearsal.start.handler(() => {
          stage.pulse({ rehearsal: 'running' })
          return { request: request(950, { rehearsal: true }) }
        }),
        skip: os.rehearsal.skip.handler(() => stage.pulse({ rehearsal: 'skipped' }) ?? ok),
      },
      settings: {
        list: os.settings.list.handler(() => read({ settings: [...settings.keys()].map(settingView) })),
        set: os.settings.set.handler(({ input }) => {
          const parsed = Settings.safeParse({ [input.key]: input.value })
          if (!parsed.success) refuse({ code: 'settings/invalid', message: parsed.error.issues[0]?.message ?? 'not valid', field: input.key })
          const from = settings.get(input.key)
          settings.set(input.key, input.value)
          stage.tell('settings.changed', input.key, { key: input.key, from, to: input.value }, 'owner')
          return settingView(input.key)
        }),
      },
    })
  }
}

const auditRow = (seq: number) => ({
  seq,
  id: id('evt', seq),
  type: ['task.completed', 'call.settled', 'approval.requested', 'session.ended'][seq % 4] ?? 'task.completed',
  at: ago((1050 - seq) * 4),
  actor: (seq % 4 === 2 ? 'agent:Forge' : 'engine') as 'engine',
  subject: id('task', (seq % 6) + 1),
  correlationId: 'corr-1',
  hash: (seq * 7919).toString(16).padStart(64, '0'),
  data: task(seq, 'T1', 'A step'),
})

/** The feed of one world: its snapshot, then what acts add, and a pulse every second. */
function createStage(world: Snapshot) {
  const born = Date.now()
  const queue: FeedMessage[] = []
  let wake = () => {}
  let seq = world.recent.at(-1)?.seq ?? 0
  let current = world.status
  let spend = world.spend
  const now = () => (NOW + (Date.now() - born)) as ApprovalView['deadline']
  const approvals = new Map(world.approvals.map((one) => [one.id as string, one]))
  const push = (message: FeedMessage): undefined => {
    queue.push(message)
    wake()
  }
  const pulseMessage = (): FeedMessage => ({
    kind: 'pulse',
    pulse: { at: now(), status: { ...current, now: now() }, spend, sessions: [], plans: [] },
  })
  const stage = {
    now,
    approvals,
    tell(type: string, subject: string, data: unknown, actor = 'engine'): undefined {
      seq += 1
      if (type === 'factory.paused' || type === 'factory.resumed') current = { ...current, mode: type === 'factory.paused' ? 'paused' : 'running' }
      if (type === 'spend.killed' || type === 'spend.allowed') spend = { ...spend, killedAt: type === 'spend.killed' ? now() : null }
      push({ kind: 'events', events: [{ seq, id: id('evt', seq), type, at: now(), actor, subject, correlationId: null, data } as ReefEvent] })
    },
    /** Keeps what an act made of an agent, so that the roster says it too. */
    standing(type: string, row: Snapshot['agents'][number]): Snapshot['agents'][number] {
      const i = world.agents.findIndex((one) => one.name === row.name)
      world.agents[i] = row
      stage.tell(type, row.name, row, 'owner')
      return row
    },
    pulse(change: Partial<Snapshot['status']>): undefined {
      current = { ...current, ...change }
      push(pulseMessage())
    },
    decide(row: ApprovalView, type: string): ApprovalView {
      approvals.set(row.id, row)
      current = { ...current, approvalsOpen: [...approvals.values()].filter((one) => one.state === 'requested').length }
      stage.tell(type, row.id, row, 'owner')
      push(pulseMessage())
      return row
    },
    async *subscribe(signal: AbortSignal | undefined): AsyncGenerator<FeedMessage, void, unknown> {
      yield { kind: 'snapshot', seq, snapshot: { ...world, approvals: [...approvals.values()], status: current, spend } }
      while (!signal?.aborted) {
        const message = queue.shift()
        if (message) {
          yield message
          continue
        }
        const timer = setTimeout(() => push(pulseMessage()), 1000)
        const woken = new Promise<void>((resolve) => {
          wake = resolve
          signal?.addEventListener('abort', () => resolve(), { once: true })
        })
        await woken
        clearTimeout(timer)
      }
    },
  }
  return stage
}
