import type {
  AdjustmentView,
  BudgetView,
  CallDetail,
  CallView,
  CircuitView,
  Discovery,
  Forecast,
  InvoiceReport,
  ModelView,
  ProviderPreset,
  RouteCandidate,
  RouteChoiceView,
  SpendInsight,
} from '../../src/contract/index.ts'
import { ago, id, NOW, usd } from './rows.ts'

type At = CallView['at']

export const call = (n: number, change: Partial<CallView> = {}): CallView => {
  const cost = usd(n % 17 === 5 ? 0 : 0.0123 + (n % 9) * 0.004)
  return {
    id: id('call', n),
    at: ago(n * 3),
    attemptId: id('att', 3),
    taskId: id('task', 3),
    planId: id('plan', 1),
    project: 'price-api',
    agent: ['Rex', 'Scout', 'Hawk', 'Forge'][n % 4] ?? 'Rex',
    provider: n % 3 === 0 ? 'openai' : 'anthropic',
    model: n % 3 === 0 ? 'gpt-5.5' : 'claude-sonnet-4-5',
    wire: n % 3 === 0 ? 'openai-responses' : 'anthropic',
    state: n % 17 === 5 ? 'failed' : 'settled',
    usage: { input: 1200 + n * 13, cacheRead: 18_000, cacheWrite: 400, output: 640 + n },
    cost,
    listCost: cost,
    reserved: usd(0.48),
    billing: 'metered',
    sessionId: id('ses', 3),
    confidence: n % 11 === 4 ? 'estimated' : 'exact',
    status: n % 17 === 5 ? 529 : 200,
    latencyMs: 1800 + n * 7,
    requestId: `msg_${n}`,
    ...change,
  }
}

export const budget = (scope: BudgetView['scope'], subject: string, period: BudgetView['period'], change: Partial<BudgetView> = {}): BudgetView => ({
  scope,
  subject,
  period,
  soft: null,
  hard: usd(50),
  source: 'default',
  spent: usd(0),
  held: usd(0),
  windowStart: period === 'day' ? ago(14 * 60 + 32) : period === 'month' ? ago(60 * 24 * 20 + 14 * 60 + 32) : null,
  resetsAt: period === 'day' ? ago(-(9 * 60 + 28)) : period === 'month' ? ago(-60 * 24 * 9 - (9 * 60 + 28)) : null,
  mark: 0,
  ...change,
})

export const budgets: BudgetView[] = [
  budget('global', '*', 'day', { soft: usd(50), hard: usd(100), source: 'owner', spent: usd(4.18), held: usd(0.34) }),
  budget('global', '*', 'month', { hard: usd(1500), spent: usd(212.4), held: usd(0.34) }),
  budget('call', '*', 'call', { hard: usd(5) }),
  budget('agent', '*', 'day'),
  budget('agent', 'Rex', 'day', { soft: usd(8), hard: usd(10), source: 'owner', spent: usd(9.6), held: usd(0.34), mark: 80 }),
  budget('agent', 'Scout', 'day', { spent: usd(0.41) }),
  budget('agent', 'Hawk', 'day', { hard: usd(2), source: 'owner', spent: usd(2), mark: 100 }),
  budget('team', 'factory', 'day', { hard: usd(100), spent: usd(4.1), held: usd(0.34) }),
  budget('project', 'price-api', 'day', { spent: usd(2.96), held: usd(0.34) }),
  budget('project', 'pdf-tools', 'total', { hard: usd(40), source: 'owner', spent: usd(21.5), mark: 50 }),
  budget('plan', id('plan', 1), 'total', { hard: usd(5), source: 'plan', spent: usd(1.74), held: usd(0.34) }),
  budget('task', id('task', 3), 'total', { hard: usd(1.5), source: 'plan', spent: usd(0.81), held: usd(0.34), mark: 50 }),
]

export const detail = (of: CallView): CallDetail => {
  const rehearsed = of.confidence === 'rehearsal'
  return {
    call: of,
    lines: [
      { meter: 'input', quantity: of.usage.input, unitPrice: usd(3), cost: Math.round(of.usage.input * 3000) as CallView['cost'] },
      { meter: 'cache-read', quantity: of.usage.cacheRead, unitPrice: usd(0.3), cost: Math.round(of.usage.cacheRead * 300) as CallView['cost'] },
      { meter: 'cache-write', quantity: of.usage.cacheWrite, unitPrice: usd(3.75), cost: Math.round(of.usage.cacheWrite * 3750) as CallView['cost'] },
      { meter: 'output', quantity: of.usage.output, unitPrice: usd(15), cost: Math.round(of.usage.output * 15_000) as CallView['cost'] },
    ],
    price: rehearsed ? null : { source: 'catalogue', version: '2026-11-02' },
    computedCost: of.cost,
    reportedCost: of.provider === 'openai' ? of.cost : null,
    overrun: usd(0),
    budgets: budgets.filter(
      ({ scope, subject }) => ['call', 'global'].includes(scope) || subject === of.agent || subject === of.taskId || subject === of.project,
    ),
  }
}

const forecast = (low: number, middle: number, high: number, change: Partial<Forecast> = {}): Forecast => ({
  low: usd(low),
  middle: usd(middle),
  high: usd(high),
  method: 'the rate of the last three hours, plus what the queued tasks are expected to cost',
  error: 0.18,
  exhaustedAt: null,
  ...change,
})

export const insight = (since: At, blank: boolean): SpendInsight => ({
  since,
  until: NOW as At,
  cacheHitRate: blank ? null : 0.84,
  failedAttempts: usd(blank ? 0 : 1.9),
  retries: usd(blank ? 0 : 0.72),
  estimated: usd(blank ? 0 : 0.31),
  unpriced: usd(blank ? 0 : 0.05),
  units: [
    { unit: 'passing task', count: blank ? 0 : 41, each: blank ? null : usd(0.37), scope: 'LLM only' },
    { unit: 'merged change', count: blank ? 0 : 9, each: blank ? null : usd(1.69), scope: 'LLM only' },
    { unit: 'product', count: blank ? 0 : 2, each: blank ? null : usd(7.6), scope: 'LLM only' },
  ],
  movers: blank
    ? []
    : [
        { by: 'agent', key: 'Rex', cost: usd(9.6), before: usd(3.1) },
        { by: 'model', key: 'claude-opus-4-5', cost: usd(2.2), before: usd(0) },
        { by: 'project', key: 'invoice-lint', cost: usd(0.4), before: usd(2.9) },
      ],
  today: blank ? [] : Array.from({ length: 16 }, (_, i) => ({ at: ago(Math.max(0, 14 * 60 + 32 - i * 60)), spent: usd(Math.min(4.18, (i * i) / 52)) })),
  dayForecast: blank ? forecast(0, 0, 0, { error: null, method: 'nothing was spent in the last three hours' }) : forecast(8.9, 10.6, 13.2),
  monthForecast: blank
    ? forecast(0, 0, 0, { error: null, method: 'nothing was spent this month' })
    : forecast(260, 310, 390, { method: 'the median of the last 14 days for each day that is left' }),
})

export const adjustment = (n: number, change: Partial<AdjustmentView> = {}): AdjustmentView => ({
  id: id('adj', n),
  at: ago(Math.max(0, 60 * 2 * (400 - n))),
  chargedAt: ago(Math.max(0, 60 * 2 * (410 - n))),
  provider: n % 2 === 0 ? 'openai' : 'anthropic',
  callId: null,
  amount: usd(n % 3 === 0 ? -0.42 : 0.137),
  reason: n % 2 === 0 ? 'Invoice of October: $0.14 above the ledger' : 'Credit for the outage of 3 November',
  actor: 'owner',
  ...change,
})

export const invoice = (provider: string, booked: AdjustmentView | null): InvoiceReport => ({
  provider,
  since: ago(60 * 24 * 20),
  until: NOW as At,
  invoiced: usd(112.57),
  ledger: usd(112.43),
  drift: usd(0.14),
  driftShare: 0.14 / 112.57,
  days: Array.from({ length: 20 }, (_, i) => ({
    day: `2026-11-${String(i + 1).padStart(2, '0')}`,
    invoiced: usd(5.6 + (i % 4) * 0.1),
    ledger: usd(5.6 + (i % 4) * 0.1 - (i === 7 ? 0.14 : 0)),
  })),
  skipped: [{ line: 14, message: 'no amount in the column "cost"' }],
  adjustment: booked,
})

export const model = (ref: string, change: Partial<ModelView> = {}): ModelView => ({
  ref,
  provider: ref.split('/')[0] ?? '',
  wire: 'anthropic',
  billing: 'metered',
  tier: 'mid',
  contextWindow: 200_000,
  maxOutput: 64_000,
  tools: true,
  vision: true,
  inputUsdPerMTok: 3,
  outputUsdPerMTok: 15,
  circuit: 'closed',
  enabled: true,
  ...change,
})

export const models: ModelView[] = [
  model('anthropic/claude-opus-4-5', { tier: 'frontier', inputUsdPerMTok: 5, outputUsdPerMTok: 25 }),
  model('anthropic/claude-sonnet-4-5'),
  model('anthropic/claude-haiku-4-5', { tier: 'fast', inputUsdPerMTok: 1, outputUsdPerMTok: 5 }),
  model('openai/gpt-5.5', { wire: 'openai-responses', tier: 'frontier', contextWindow: 400_000, inputUsdPerMTok: 2.5, outputUsdPerMTok: 10 }),
  model('openai/gpt-5.5-mini', { wire: 'openai-responses', tier: 'fast', contextWindow: 400_000, inputUsdPerMTok: 0.25, outputUsdPerMTok: 2 }),
  model('cerebras/zai-glm-4.7', {
    wire: 'openai-chat',
    contextWindow: 131_072,
    vision: false,
    inputUsdPerMTok: null,
    outputUsdPerMTok: null,
    circuit: 'quota',
  }),
  model('ollama/qwen3:32b', {
    wire: 'ollama',
    billing: 'local',
    tier: 'local',
    contextWindow: 40_960,
    vision: false,
    inputUsdPerMTok: 0,
    outputUsdPerMTok: 0,
    enabled: false,
  }),
]

export const circuits: CircuitView[] = [
  { provider: 'anthropic', model: null, state: 'closed', until: null, detail: '412 of the last 412 calls were answered', since: ago(60 * 30) },
  { provider: 'openai', model: 'gpt-5.5', state: 'half_open', until: null, detail: 'one call is tried after three failures (529)', since: ago(2) },
  { provider: 'cerebras', model: null, state: 'quota', until: ago(-88), detail: 'tokens a day are used up', since: ago(31) },
]

const candidate = (ref: string, change: Partial<RouteCandidate> = {}): RouteCandidate => ({
  ref,
  tier: 'mid',
  expectedCost: usd(0.31),
  passRate: 0.86,
  samples: 44,
  excluded: null,
  ...change,
})

export const choice = (n: number, change: Partial<RouteChoiceView> = {}): RouteChoiceView => ({
  id: id('rte', n),
  at: ago(n),
  attemptId: id('att', n),
  taskId: id('task', 3),
  agent: 'Rex',
  role: 'builder',
  kind: 'build',
  tier: 'mid',
  asked: 'reef/mid',
  chosen: 'anthropic/claude-sonnet-4-5',
  fallbacks: ['anthropic/claude-opus-4-5'],
  reason: 'the cheapest to the end of the task among those that can do it: $0.31, retries and their fallback included',
  candidates: [
    candidate('anthropic/claude-sonnet-4-5'),
    candidate('anthropic/claude-opus-4-5', { tier: 'frontier', expectedCost: usd(0.52), passRate: 0.95, samples: 20 }),
    candidate('openai/gpt-5.5-mini', { tier: 'fast', expectedCost: usd(0.4), passRate: 0.41, samples: 12, excluded: 'passes too few tasks of this kind' }),
    candidate('cerebras/zai-glm-4.7', { expectedCost: null, passRate: 0.5, samples: 0, excluded: 'quota reached until 16:00' }),
    candidate('ollama/qwen3:32b', { tier: 'local', expectedCost: usd(0), passRate: 0.62, samples: 3, excluded: '40,960 tokens of context are too few' }),
  ],
  outcome: { state: 'succeeded', cost: usd(0.28), endedAt: ago(n - 2) },
  ...change,
})

const preset = (name: string, title: string, change: Partial<ProviderPreset> = {}): ProviderPreset => ({
  name,
  title,
  wire: 'openai-chat',
  baseUrl: `https://api.${name}.com/v1`,
  billing: 'metered',
  keyUrl: `https://console.${name}.com/keys`,
  environment: null,
  note: 'with a key of your account',
  ...change,
})

export const presets: ProviderPreset[] = [
  preset('anthropic', 'Anthropic', { wire: 'anthropic', keyUrl: 'https://console.anthropic.com/settings/keys' }),
  preset('openai', 'OpenAI', { wire: 'openai-responses', keyUrl: 'https://platform.openai.com/api-keys', environment: 'OPENAI_API_KEY' }),
  preset('openrouter', 'OpenRouter', { baseUrl: 'https://openrouter.ai/api/v1', keyUrl: 'https://openrouter.ai/keys', note: 'many models, one key' }),
  preset('cerebras', 'Cerebras', { keyUrl: 'https://cloud.cerebras.ai/' }),
  preset('groq', 'Groq'),
  preset('google', 'Google Gemini'),
  preset('deepseek', 'DeepSeek'),
  preset('ollama', 'Ollama', { wire: 'ollama', baseUrl: 'http://127.0.0.1:11434', billing: 'local', keyUrl: null, note: 'on this machine, free' }),
  preset('litellm', 'LiteLLM', { baseUrl: 'http://{host}:{port}/v1', keyUrl: null, note: 'a proxy of your own: its address, and its key if it wants one' }),
]

export const found: Discovery = {
  ollama: { baseUrl: 'http://127.0.0.1:11434', version: '0.6.4', models: ['qwen3:32b', 'qwen3:8b'] },
  logins: [
    { program: 'claude-code', kind: 'subscription', plan: 'max', remedy: 'Agents with the driver claude-code use it by themselves; calls cost nothing more.' },
    { program: 'codex', kind: 'key', plan: null, remedy: 'Codex holds a key of its own. Paste the key of your account under OpenAI, so that REEF can count.' },
  ],
}
