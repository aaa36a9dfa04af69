import type {
  AgentView,
  ArtifactView,
  AttemptView,
  EvidenceView,
  FactoryStatus,
  IdPrefix,
  Nanodollars,
  PlanView,
  ProjectView,
  ProviderView,
  ReleaseView,
  RequestView,
  SessionView,
  TaskView,
} from '../../src/contract/index.ts'

/** The fixture's present: 21 November 2026, 14:32 in Auckland. Screenshots set the page's clock to it. */
export const NOW = Date.UTC(2026, 10, 21, 1, 32, 0)
type Instant = RequestView['createdAt']
/** So many minutes before the fixture's present; negative is later. */
export const ago = (minutes: number) => (NOW - Math.round(minutes * 60_000)) as Instant
export const usd = (amount: number) => Math.round(amount * 1e9) as Nanodollars
/** Sorted by `n` within a prefix, as real ids are by birth. */
export const id = <P extends IdPrefix>(prefix: P, n: number): `${P}_${string}` => `${prefix}_${n.toString().padStart(26, '0')}`
export const hash = (n: number) => n.toString(16).padStart(8, '0').repeat(8)

export const status = (change: Partial<FactoryStatus> = {}): FactoryStatus => ({
  version: '0.1.0',
  mode: 'running',
  startedAt: ago(60 * 24 * 11 + 240),
  now: NOW as Instant,
  timeZone: 'Pacific/Auckland',
  url: 'http://127.0.0.1:4173',
  gatewayUrl: 'http://127.0.0.1:4173/gateway',
  dataDir: '/home/owner/.local/share/reef',
  pid: 4242,
  counts: { running: 2, awaiting_input: 1, pending: 2, done: 9, dead_letter: 1 },
  sessionsRunning: 3,
  sessionsMax: 4,
  approvalsOpen: 2,
  lagP99Ms: 4.2,
  lastSeq: 0,
  models: 'connected',
  rehearsal: 'none',
  ...change,
})

export const request = (n: number, change: Partial<RequestView> = {}): RequestView => ({
  id: id('req', n),
  text: 'Build me a price comparison API for three shops. One price per product, refreshed every hour, with tests.',
  project: 'price-api',
  planId: id('plan', n),
  state: 'planned',
  error: null,
  rehearsal: false,
  actor: 'owner',
  createdAt: ago(34),
  ...change,
})

export const plan = (n: number, change: Partial<PlanView> = {}): PlanView => ({
  id: id('plan', n),
  requestId: id('req', n),
  projectId: id('prj', 1),
  project: 'price-api',
  title: 'Build me a price comparison API',
  text: request(n).text,
  state: 'running',
  rehearsal: false,
  source: 'model',
  branch: `reef/plan-${n}`,
  budget: usd(5),
  spent: usd(1.74),
  tasks: 6,
  done: 3,
  stuck: 1,
  createdAt: ago(33),
  startedAt: ago(32),
  endedAt: null,
  endpoint: null,
  ...change,
})

export const task = (n: number, key: string, title: string, change: Partial<TaskView> = {}): TaskView => ({
  id: id('task', n),
  planId: id('plan', 1),
  key,
  title,
  agent: 'Rex',
  kind: 'build',
  tier: 'mid',
  state: 'pending',
  wait: null,
  dependsOn: [],
  priority: 2,
  attempts: 1,
  maxAttempts: 3,
  attemptId: id('att', n),
  sessionId: null,
  approvalId: null,
  driver: 'pi',
  model: 'anthropic/claude-sonnet-4-5',
  budget: usd(1.5),
  spent: usd(0.4),
  error: null,
  createdAt: ago(33),
  readyAt: null,
  startedAt: null,
  endedAt: null,
  expectedMs: 360_000,
  ...change,
})

export const attempt = (n: number, taskId: TaskView['id'], change: Partial<AttemptView> = {}): AttemptView => ({
  id: id('att', n),
  taskId,
  n: 1,
  state: 'succeeded',
  step: 'same model',
  agent: 'Rex',
  driver: 'pi',
  model: 'anthropic/claude-sonnet-4-5',
  sessionId: id('ses', n),
  branch: `reef/att-${n}`,
  baseSha: hash(n).slice(0, 40),
  headSha: hash(n + 1).slice(0, 40),
  error: null,
  spent: usd(0.31),
  startedAt: ago(20),
  endedAt: ago(14),
  ...change,
})

export const session = (n: number, title: string, change: Partial<SessionView> = {}): SessionView => ({
  id: id('ses', n),
  attemptId: id('att', n),
  taskId: id('task', n),
  planId: id('plan', 1),
  role: 'builder',
  title,
  agent: 'Rex',
  driver: 'pi',
  model: 'anthropic/claude-sonnet-4-5',
  state: 'running',
  pid: 5000 + n,
  exitCode: null,
  outcome: null,
  lastLine: '✎ src/routes/prices.ts  +84 −12',
  bytes: 18_204,
  lastOutputAt: ago(0.05),
  startedAt: ago(4.2),
  endedAt: null,
  ...change,
})

const diff = `diff --git a/src/routes/prices.ts b/src/routes/prices.ts
index 9f2c1aa..4be1c0a 100644
--- a/src/routes/prices.ts
+++ b/src/routes/prices.ts
@@ -14,7 +14,8 @@ export async function listPrices(page) {
   const sql = readSql('prices')
-  const rows = await db.all(sql)
+  const rows = await db.all(sql, { limit: page.size + 1 })
+  const next = rows.length > page.size ? encode(rows.pop()) : null
   return c.json({ rows, next })
 }
diff --git a/src/schedule.ts b/src/schedule.ts
index 1111111..2222222 100644
--- a/src/schedule.ts
+++ b/src/schedule.ts
@@ -1,2 +1,3 @@
 import { every } from './clock.js'
-every('1h', refresh)
+every('1h', refresh, { jitter: '2m' })
+// Shops refuse a burst at the full hour.
`

export const release = (n: number, project: string, change: Partial<ReleaseView> = {}): ReleaseView => ({
  id: id('rel', n),
  planId: id('plan', 1),
  taskId: id('task', 6),
  project,
  target: 'local',
  state: 'healthy',
  commit: hash(n).slice(0, 40),
  url: `http://127.0.0.1:${8080 + n}/`,
  pid: 6000 + n,
  lastStatus: 200,
  latencyMs: 41,
  checkedAt: ago(0.2),
  error: null,
  startedAt: ago(60 * 70),
  endedAt: null,
  rehearsal: false,
  ...change,
})

export const agent = (name: string, role: string, change: Partial<AgentView> = {}): AgentView => ({
  name,
  role,
  active: true,
  driver: 'pi',
  model: 'anthropic/claude-sonnet-4-5',
  fallback: 'openai/gpt-5.5-mini',
  tier: 'mid',
  temperature: 0.2,
  skills: ['typescript', 'tests'],
  prompt: `You are ${name}. You ${role.toLowerCase()}.`,
  version: hash(name.length),
  problem: null,
  acceptedAt: ago(60 * 24 * 3),
  team: 'factory',
  paused: null,
  ...change,
})

export const provider = (name: string, change: Partial<ProviderView> = {}): ProviderView => ({
  name,
  wire: 'anthropic',
  baseUrl: 'https://api.anthropic.com/',
  key: 'stored',
  keySetAt: ago(60 * 24 * 41),
  billing: 'metered',
  circuit: 'closed',
  rehearsal: false,
  ...change,
})

export const evidence = (n: number, name: string, change: Partial<EvidenceView> = {}): EvidenceView => ({
  id: id('evd', n),
  attemptId: id('att', 4),
  taskId: id('task', 4),
  kind: 'command',
  name,
  verdict: 'passed',
  exitCode: 0,
  durationMs: 6012,
  hash: hash(n),
  summary: '48 passed',
  model: null,
  at: ago(12),
  ...change,
})

export const artifact = (n: number, path: string): ArtifactView => ({
  id: id('art', n),
  planId: id('plan', 1),
  taskId: id('task', 1),
  attemptId: id('att', 1),
  path,
  sha256: hash(n),
  bytes: 4312,
  mediaType: path.endsWith('.json') ? 'application/json' : 'text/markdown',
  at: ago(28),
})

export const project = (n: number, name: string, change: Partial<ProjectView> = {}): ProjectView => ({
  id: id('prj', n),
  name,
  path: `/home/owner/.local/share/reef/projects/${name}`,
  registered: false,
  mainBranch: 'main',
  createdAt: ago(60 * 24 * 9),
  ...change,
})

export const diffText = diff
