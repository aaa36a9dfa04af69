import type { ReefEvent, SessionView, Snapshot, TaskView } from '../../src/contract/index.ts'
import { approval, approvals } from './approval-rows.ts'
import { agent, ago, id, NOW, plan, provider, release, request, session, status, task, usd } from './rows.ts'
import { channels } from './say-rows.ts'

/** What a page may meet. `loading` never answers a read, `error` refuses every read. */
export const worldNames = ['full', 'empty', 'loading', 'error', 'thousand'] as const
export type WorldName = (typeof worldNames)[number]

const roster = [
  agent('Kev', 'Plans requests into tasks', { tier: 'frontier', model: 'anthropic/claude-opus-4-5' }),
  agent('Scout', 'Researches', { tier: 'fast' }),
  agent('Atlas', 'Designs'),
  agent('Rex', 'Builds'),
  agent('Hawk', 'Reviews and tests', { model: 'openai/gpt-5.5' }),
  agent('Forge', 'Delivers'),
  agent('Pixel', 'Draws interfaces', { active: false, model: null, problem: { line: 7, message: 'temperature must be at most 2' } }),
  agent('Echo', 'Writes to customers', {
    team: 'marketing',
    paused: { at: ago(9), by: 'velocity', reason: 'spends $6.20 an hour, 4.1 times its norm of $1.50' },
  }),
]

const tasks: TaskView[] = [
  task(1, 'T1', 'Research three shops', { agent: 'Scout', kind: 'research', state: 'done', startedAt: ago(32), endedAt: ago(31.5), spent: usd(0.05) }),
  task(2, 'T2', 'Design the API', {
    agent: 'Atlas',
    kind: 'design',
    state: 'done',
    dependsOn: ['T1'],
    startedAt: ago(31),
    endedAt: ago(30.8),
    spent: usd(0.15),
  }),
  task(3, 'T3', 'Build the REST API', { state: 'running', dependsOn: ['T2'], attempts: 2, sessionId: id('ses', 3), startedAt: ago(4.2), spent: usd(0.81) }),
  task(4, 'T4', 'Build the scraper', { state: 'done', dependsOn: ['T2'], startedAt: ago(29), endedAt: ago(21), spent: usd(0.69) }),
  task(5, 'T5', 'Test the whole', {
    agent: 'Hawk',
    kind: 'qa',
    dependsOn: ['T3', 'T4'],
    attempts: 0,
    wait: { reason: 'dependency', detail: 'T3', owner: 'engine', until: null },
    spent: usd(0.04),
  }),
  task(6, 'T6', 'Deploy', {
    agent: 'Forge',
    kind: 'deliver',
    state: 'awaiting_input',
    dependsOn: ['T5'],
    approvalId: id('apr', 11),
    wait: { reason: 'approval', detail: 'Deploy price-api v14', owner: 'owner', until: ago(-98) },
  }),
  task(7, 'T1', 'Find the cause in pdf-tools', { planId: id('plan', 2), agent: 'Forge', state: 'running', sessionId: id('ses', 7), startedAt: ago(1.7) }),
  task(8, 'T2', 'Mend the parser', {
    planId: id('plan', 2),
    wait: { reason: 'budget', detail: 'Rex daily: $0.40 left, needs about $0.75', owner: 'owner', until: ago(-560) },
    readyAt: ago(12),
    state: 'ready',
  }),
  task(9, 'T3', 'Draft launch posts', {
    planId: id('plan', 2),
    agent: 'Echo',
    state: 'dead_letter',
    attempts: 3,
    error: 'The gate failed three times: posts/launch.md is empty.',
    startedAt: ago(50),
    endedAt: ago(41),
  }),
]

const sessions: SessionView[] = [
  session(3, 'T3 Build the REST API'),
  session(7, 'T1 Find the cause in pdf-tools', {
    agent: 'Forge',
    driver: 'claude-code',
    planId: id('plan', 2),
    lastLine: '$ git bisect run npm test',
    startedAt: ago(1.7),
  }),
  session(11, 'T4 review', { role: 'reviewer', agent: 'Hawk', driver: 'direct', model: 'openai/gpt-5.5', lastLine: 'reading 9 files', startedAt: ago(0.85) }),
  session(2, 'T2 Design the API', { agent: 'Atlas', state: 'ended', exitCode: 0, outcome: 'finished, exit 0', startedAt: ago(31), endedAt: ago(30.8) }),
  session(1, 'T1 Research three shops', { agent: 'Scout', state: 'lost', outcome: 'the machine restarted', startedAt: ago(60), endedAt: ago(58) }),
]

/** Events of the last hours, oldest first; `seq` ends at 50. */
const told = (seq: number, minutes: number, type: string, subject: string, data: unknown, actor = 'engine') =>
  ({ seq, id: id('evt', seq), type, at: ago(minutes), actor, subject, correlationId: 'corr-1', data }) as ReefEvent

const recent: ReefEvent[] = [
  told(43, 102, 'release.proven', id('rel', 2), release(2, 'invoice-lint')),
  told(44, 41, 'task.dead-lettered', id('task', 9), tasks[8]),
  told(45, 34, 'request.submitted', id('req', 1), request(1), 'owner'),
  told(46, 33, 'plan.created', id('plan', 1), { plan: plan(1), tasks: [] }),
  told(47, 31.5, 'task.completed', id('task', 1), tasks[0]),
  told(48, 21, 'task.completed', id('task', 4), tasks[3]),
  told(49, 18, 'approval.requested', id('apr', 11), approvals[0]),
  told(50, 4.2, 'task.retried', id('task', 3), tasks[2]),
]

const OPEN = approvals.filter((one) => one.state === 'requested').length

const spend = {
  spent: usd(4.18),
  perHour: usd(0.62),
  target: usd(30),
  alert: usd(50),
  stop: usd(100),
  held: usd(0.34),
  killedAt: null,
  asOf: NOW as ReefEvent['at'],
}

function full(): Snapshot {
  return {
    status: status({ approvalsOpen: OPEN }),
    spend,
    requests: [
      request(1),
      request(3, {
        planId: null,
        state: 'planning',
        text: 'Find out why invoices of August are rounded wrongly',
        project: 'invoice-lint',
        createdAt: ago(0.4),
      }),
    ],
    plans: [
      plan(1),
      plan(2, {
        title: 'Find and mend what breaks pdf-tools on old files',
        project: 'pdf-tools',
        tasks: 3,
        done: 0,
        stuck: 2,
        spent: usd(0.62),
        createdAt: ago(70),
        startedAt: ago(69),
      }),
      plan(4, { title: 'Look at the plan before it starts', state: 'draft', done: 0, stuck: 0, spent: usd(0), startedAt: null, createdAt: ago(9) }),
      plan(5, {
        title: 'Check invoices for rounding',
        project: 'invoice-lint',
        state: 'done',
        done: 6,
        stuck: 0,
        spent: usd(1.91),
        createdAt: ago(400),
        startedAt: ago(399),
        endedAt: ago(102),
        endpoint: 'http://127.0.0.1:8082/',
      }),
      plan(6, {
        title: 'A rehearsal: a small notes service',
        project: 'rehearsal',
        state: 'done',
        rehearsal: true,
        done: 6,
        stuck: 0,
        spent: usd(0),
        createdAt: ago(1500),
        endedAt: ago(1490),
      }),
    ],
    tasks,
    sessions,
    approvals: [...approvals],
    releases: [
      release(2, 'invoice-lint', { startedAt: ago(102) }),
      release(3, 'pdf-tools', { state: 'unhealthy', lastStatus: 502, latencyMs: null, error: 'answered 502 three times', startedAt: ago(60 * 30) }),
      release(1, 'price-api', { state: 'stopped', endedAt: ago(60), startedAt: ago(4000) }),
    ],
    agents: [...roster],
    providers: [
      provider('anthropic'),
      provider('openai', { wire: 'openai-responses', baseUrl: 'https://api.openai.com/v1', key: 'environment', keySetAt: null }),
      provider('ollama', { wire: 'ollama', baseUrl: 'http://127.0.0.1:11434', key: 'none', keySetAt: null, billing: 'local' }),
      provider('cerebras', { wire: 'openai-chat', baseUrl: 'https://api.cerebras.ai/v1', circuit: 'quota' }),
    ],
    channels: channels('carrying'),
    recent,
  }
}

function empty(): Snapshot {
  return {
    status: status({ sessionsRunning: 0, approvalsOpen: 0, counts: {}, models: 'none', startedAt: ago(1) }),
    spend: { ...spend, spent: usd(0), perHour: usd(0), held: usd(0) },
    requests: [],
    plans: [],
    tasks: [],
    sessions: [],
    approvals: [],
    releases: [],
    agents: [...roster],
    providers: [],
    channels: channels('none'),
    recent: [],
  }
}

/** A thousand of everything that can grow. */
function thousand(): Snapshot {
  const base = full()
  const many = <Row>(make: (n: number) => Row): Row[] => Array.from({ length: 1000 }, (_, i) => make(i + 1000))
  return {
    ...base,
    channels: channels('lost'),
    status: status({ approvalsOpen: OPEN + 1000, sessionsRunning: 64, sessionsMax: 64 }),
    plans: [...base.plans, ...many((n) => plan(n, { title: `Plan ${n}: mend what the night found`, done: n % 7, tasks: 6, createdAt: ago(n) }))],
    tasks: [
      ...tasks,
      ...many((n) =>
        task(n, `T${(n % 90) + 1}`, `Step ${n}`, {
          planId: id('plan', 1),
          dependsOn: ['T1'],
          wait: { reason: 'slot', detail: '4 of 4 busy', owner: 'engine', until: null },
        }),
      ),
    ],
    sessions: [
      ...sessions,
      ...many((n) =>
        session(
          n,
          `T${n % 90} Step ${n}`,
          n < 1060 ? {} : { state: 'ended', exitCode: 0, outcome: 'finished, exit 0', endedAt: ago(n / 3), startedAt: ago(n / 3 + 4) },
        ),
      ),
    ],
    approvals: [
      ...approvals,
      ...many((n) => approval(n, { what: `Deploy service ${n} on this machine`, requestedAt: ago(n / 60), deadline: ago(-240 + n / 60) })),
    ],
    releases: [...base.releases, ...many((n) => release(n, `service-${n}`))],
  }
}

export const createWorld = (name: WorldName): Snapshot => (name === 'empty' ? empty() : name === 'thousand' ? thousand() : full())
