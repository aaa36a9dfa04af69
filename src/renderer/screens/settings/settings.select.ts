import { z } from 'zod'
import type { HealthCheck } from '../../../contract/health.ts'
import type { CallView } from '../../../contract/ledger.ts'
import type { Billing, CircuitState, CircuitView, ProviderView } from '../../../contract/router.ts'
import { Settings, type SettingView } from '../../../contract/settings.ts'
import { formatExact } from '../../parts/money.tsx'

export type SettingKind =
  | { readonly kind: 'switch' }
  | { readonly kind: 'choice'; readonly options: readonly string[] }
  | { readonly kind: 'number'; readonly min: number | null; readonly max: number | null; readonly whole: boolean }
  | { readonly kind: 'text' }

const shapeOf = (key: string) => (Settings.shape as Record<string, z.ZodType | undefined>)[key]

/** How a setting is edited, read from its own schema, so that a new one needs no new screen. A key this page does not know is text. */
export function toKind(key: string): SettingKind {
  const schema = shapeOf(key)
  const inner = schema instanceof z.ZodDefault ? schema.unwrap() : schema
  if (inner instanceof z.ZodEnum) return { kind: 'choice', options: inner.options.map(String) }
  if (inner instanceof z.ZodBoolean) return { kind: 'switch' }
  if (inner instanceof z.ZodNumber) return { kind: 'number', min: inner.minValue, max: inner.maxValue, whole: inner instanceof z.ZodNumberFormat }
  return { kind: 'text' }
}

/** "1 to 64, whole." as a hint under a number. */
export function boundsOf({ min, max, whole }: Extract<SettingKind, { kind: 'number' }>): string {
  const most = max === null || max >= Number.MAX_SAFE_INTEGER ? '' : `at most ${max.toLocaleString('en-US')}`
  const least = min === null || min <= Number.MIN_SAFE_INTEGER ? '' : min.toLocaleString('en-US')
  const bounds = least !== '' && most !== '' ? `${least} to ${most.slice('at most '.length)}` : least !== '' ? `More than ${least}` : most
  return [bounds, whole ? 'whole' : ''].filter(Boolean).join(', ').concat('.')
}

export type Checked = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string }

/** What was typed as the value it means, or why it is refused; the engine checks again. */
export function check(key: string, typed: string | boolean): Checked {
  const kind = toKind(key)
  const value = kind.kind === 'number' ? toNumber(String(typed)) : typed
  if (value === undefined) return { ok: false, message: 'A number is expected.' }
  if (key === 'timeZone' && !isZone(String(value))) return { ok: false, message: 'No such time zone; an example is Pacific/Auckland.' }
  const result = shapeOf(key)?.safeParse(value)
  if (!result || result.success) return { ok: true, value }
  return { ok: false, message: kind.kind === 'number' ? `Allowed: ${boundsOf(kind)}` : `${result.error.issues[0]?.message ?? 'Not allowed'}.` }
}

const toNumber = (typed: string): number | undefined => (typed.trim() === '' || !Number.isFinite(Number(typed)) ? undefined : Number(typed))

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** "spendTargetUsd" as people read it: "Spend target, US$". */
export function toTitle(key: string): string {
  const unit = key.endsWith('UsdPerMTok') ? ', US$ a million tokens' : key.endsWith('Usd') ? ', US$' : ''
  const words = key.replace(/Usd(PerMTok)?$/, '').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${unit}`
}

/** A description as a sentence of its own. */
export const toSentence = (text: string): string => (text === '' || /[.!?]$/.test(text) ? text : `${text}.`)

export type SettingGroup = { readonly name: string; readonly settings: readonly SettingView[] }

const groups: readonly { readonly name: string; readonly keys: RegExp }[] = [
  { name: 'Money', keys: /^(spend|default[A-Z]|unknownModel|velocity|.*LimitUsd$)/ },
  { name: 'Work', keys: /^(max(?!OpenCards|CardsPerHour)|attempt)/ },
  { name: 'Approvals', keys: /^(approval|irreversible|bundle|trust|maxOpenCards|maxCardsPerHour)/ },
  { name: 'Quiet hours and phone', keys: /^(quiet|brief|phone)/ },
  { name: 'Screen and time', keys: /^(theme|timeZone|singleKey)/ },
]

/** Settings under headings; what fits none comes last under "Other", so that nothing the engine knows is hidden. */
export function toGroups(settings: readonly SettingView[]): SettingGroup[] {
  const named = groups.map(({ name, keys }) => ({ name, settings: settings.filter((setting) => keys.test(setting.key)) }))
  const other = settings.filter((setting) => !groups.some(({ keys }) => keys.test(setting.key)))
  return [...named, { name: 'Other', settings: other }].filter((group) => group.settings.length > 0)
}

/** What is odd about values that are each allowed; null when nothing is. */
export function toOddity(settings: readonly SettingView[]): string | null {
  const value = (key: string) => Number(settings.find((setting) => setting.key === key)?.value ?? Number.NaN)
  const [target, alert, stop] = [value('spendTargetUsd'), value('spendAlertUsd'), value('spendStopUsd')]
  if (stop === 0) return 'Spending stops at $0: nothing that costs money will start.'
  if (stop < alert) return `Spending stops at $${stop}, before it alerts at $${alert}.`
  if (alert < target) return `It alerts at $${alert}, below the target of $${target}.`
  if (value('maxSessionsPerAgent') > value('maxSessions')) return 'One agent may have more sessions than there are slots.'
  return null
}

export const showValue = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Models whose name has every word that was typed. */
export function findModels<Model extends { readonly ref: string }>(models: readonly Model[], wanted: string): readonly Model[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
  return words.length === 0 ? models : models.filter((model) => words.every((word) => model.ref.toLowerCase().includes(word)))
}

export const showPrice = (usd: number | null): string => (usd === null ? 'unknown' : usd === 0 ? 'free' : usd.toFixed(usd < 0.1 ? 3 : 2))

/** 200000 as "200 k", 1048576 as "1 M". */
export function showContext(tokens: number | null): string {
  if (tokens === null) return 'unknown'
  return tokens >= 1_000_000 ? `${Math.round(tokens / 100_000) / 10} M` : `${Math.round(tokens / 1000)} k`
}

export const keyWords: Readonly<Record<ProviderView['key'], string>> = {
  stored: 'stored, in a file that only you can read',
  environment: 'from the environment REEF was started in',
  none: 'none',
}

export const billingWords: Readonly<Record<Billing, string>> = {
  metered: 'by the token',
  subscription: 'by the month: a call costs nothing more',
  local: 'nothing: it runs on a machine of yours',
}

const trouble: Readonly<Record<CircuitState, number>> = { refused: 0, open: 1, quota: 2, half_open: 3, closed: 4 }

/** Breakers in the order of the trouble they tell of. */
export const toCircuits = (circuits: readonly CircuitView[]): readonly CircuitView[] =>
  circuits.toSorted((a, b) => trouble[a.state] - trouble[b.state] || a.provider.localeCompare(b.provider) || (a.model ?? '').localeCompare(b.model ?? ''))

type Tried = { readonly ok: boolean; readonly message: string; readonly model: string; readonly latencyMs: number; readonly call: CallView | null }

/** What one live call of a token or two came to, its cost with it: nothing is tried for free without saying so. */
export function toTestText({ ok, message, model, latencyMs, call }: Tried): string {
  const cost = call === null ? 'nothing was charged' : call.cost === 0 ? 'it cost nothing' : `it cost ${formatExact(call.cost)}`
  return ok ? `${model} answered in ${latencyMs.toLocaleString('en-US')} ms; ${cost}.` : `${model} did not answer: ${message}; ${cost}.`
}

const urgency: Readonly<Record<HealthCheck['state'], number>> = { bad: 0, warn: 1, ok: 2, absent: 3 }

/** Checks in the order of what they ask of the owner. */
export const toChecks = (checks: readonly HealthCheck[]): readonly HealthCheck[] => checks.toSorted((a, b) => urgency[a.state] - urgency[b.state])

/** What becomes of the key when its provider is removed. */
export const keyFates: Readonly<Record<ProviderView['key'], string>> = {
  stored: 'The stored key is deleted.',
  environment: 'The key in the environment stays where it is.',
  none: '',
}
