import type {
  AdjustmentView,
  BudgetView,
  CallDetail,
  CircuitView,
  Discovery,
  Forecast,
  InvoiceReport,
  ModelView,
  Nanodollars,
  ProviderPreset,
  RouteChoiceView,
  SpendInsight,
} from '../../src/contract/index.ts'
import { at, call, id } from './canned.ts'

const nano = (usd: number) => Math.round(usd * 1e9) as Nanodollars

export const budget = (change: Partial<BudgetView> = {}): BudgetView => ({
  scope: 'agent',
  subject: 'Rex',
  period: 'day',
  soft: nano(10),
  hard: nano(20),
  source: 'owner',
  spent: nano(12.5),
  held: nano(0.5),
  windowStart: at(-3600),
  resetsAt: at(3600),
  mark: 50,
  ...change,
})

export const globalDay = budget({
  scope: 'global',
  subject: '*',
  soft: nano(50),
  hard: nano(100),
  source: 'default',
  spent: nano(100),
  held: nano(0),
  mark: 100,
})
export const taskTotal = budget({
  scope: 'task',
  subject: id('task', 'TASKT1'),
  period: 'total',
  soft: null,
  hard: nano(1),
  source: 'plan',
  windowStart: null,
  resetsAt: null,
})

export const callDetail: CallDetail = {
  call: call(),
  lines: [
    { meter: 'input', quantity: 1000, unitPrice: nano(3), cost: nano(0.003) },
    { meter: 'output', quantity: 200, unitPrice: nano(15), cost: nano(0.003) },
  ],
  price: { source: 'catalogue', version: '2026-02-01' },
  computedCost: nano(0.006),
  reportedCost: nano(0.0060005),
  overrun: nano(0),
  budgets: [budget()],
}

const forecast = (middle: number, exhausted: boolean): Forecast => ({
  low: nano(middle - 5),
  middle: nano(middle),
  high: nano(middle + 5),
  method: 'the last 14 days, same hours',
  error: exhausted ? 0.18 : null,
  exhaustedAt: exhausted ? at(7200) : null,
})

export const insight: SpendInsight = {
  since: at(-86_400),
  until: at(),
  cacheHitRate: 0.421,
  failedAttempts: nano(1.5),
  retries: nano(0.75),
  estimated: nano(0),
  unpriced: nano(0.1),
  units: [
    { unit: 'passing task', count: 12, each: nano(0.4), scope: 'LLM only' },
    { unit: 'product', count: 0, each: null, scope: 'LLM only' },
  ],
  movers: [{ by: 'agent', key: 'Rex', cost: nano(3), before: nano(5) }],
  today: [{ at: at(), spent: nano(12.5) }],
  dayForecast: forecast(30, true),
  monthForecast: forecast(600, false),
}

export const adjustment = (change: Partial<AdjustmentView> = {}): AdjustmentView => ({
  id: id('adj', 'ADJ001'),
  at: at(),
  chargedAt: at(-86_400),
  provider: 'anthropic',
  callId: null,
  amount: nano(-3.2),
  reason: 'a credit',
  actor: 'owner',
  ...change,
})

export const invoice = (apply: boolean): InvoiceReport => ({
  provider: 'anthropic',
  since: at(-86_400),
  until: at(),
  invoiced: nano(12.34),
  ledger: nano(12),
  drift: nano(0.34),
  driftShare: 0.34 / 12.34,
  days: [{ day: '2026-02-02', invoiced: nano(12.34), ledger: nano(12) }],
  skipped: [{ line: 3, message: 'no amount' }],
  adjustment: apply ? adjustment({ amount: nano(0.34) }) : null,
})

export const model = (change: Partial<ModelView> = {}): ModelView => ({
  ref: 'anthropic/claude-sonnet-4-5',
  provider: 'anthropic',
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

export const circuit: CircuitView = {
  provider: 'anthropic',
  model: null,
  state: 'quota',
  until: at(3600),
  detail: 'the 5-hour window is used up',
  since: at(),
}

export const choice = (change: Partial<RouteChoiceView> = {}): RouteChoiceView => ({
  id: id('rte', 'RTE001'),
  at: at(),
  attemptId: id('att', 'ATT001'),
  taskId: id('task', 'TASKT1'),
  agent: 'Rex',
  role: 'builder',
  kind: 'build',
  tier: 'mid',
  asked: 'reef/mid',
  chosen: 'anthropic/claude-sonnet-4-5',
  fallbacks: ['openrouter/z-ai/glm-5'],
  reason: 'cheapest that can, retries included',
  candidates: [
    { ref: 'anthropic/claude-sonnet-4-5', tier: 'mid', expectedCost: nano(0.4), passRate: 0.9, samples: 20, excluded: null },
    { ref: 'openrouter/z-ai/glm-5', tier: 'mid', expectedCost: null, passRate: 0.5, samples: 0, excluded: null },
    { ref: 'groq/llama-3.1-8b-instant', tier: 'fast', expectedCost: nano(0.01), passRate: 0.5, samples: 0, excluded: 'its context is too small' },
  ],
  outcome: { state: 'succeeded', cost: nano(0.35), endedAt: at(5) },
  ...change,
})

export const presets: ProviderPreset[] = [
  {
    name: 'anthropic',
    title: 'Anthropic',
    wire: 'anthropic',
    baseUrl: 'https://api.anthropic.com/v1',
    billing: 'metered',
    keyUrl: 'https://platform.claude.com/settings/keys',
    environment: null,
    note: 'Claude.',
  },
  {
    name: 'groq',
    title: 'Groq',
    wire: 'openai-chat',
    baseUrl: 'https://api.groq.com/openai/v1',
    billing: 'metered',
    keyUrl: 'https://console.groq.com/keys',
    environment: 'GROQ_API_KEY',
    note: 'Open models.',
  },
  { name: 'ollama', title: 'Ollama', wire: 'ollama', baseUrl: 'http://127.0.0.1:11434', billing: 'local', keyUrl: null, environment: null, note: 'Here.' },
  { name: 'any', title: 'Any', wire: 'openai-chat', baseUrl: 'https://{host}/v1', billing: 'metered', keyUrl: null, environment: null, note: 'Yours.' },
]

export const discovery: Discovery = {
  ollama: { baseUrl: 'http://127.0.0.1:11434', version: '0.12.3', models: ['qwen3-coder:30b'] },
  logins: [{ program: 'claude-code', kind: 'subscription', plan: 'max', remedy: 'Make a token with `claude setup-token`.' }],
}
