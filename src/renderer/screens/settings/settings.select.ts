import { z } from 'zod'
import { Settings, type SettingView } from '../../../contract/settings.ts'

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

export type Checked = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string }

/** What was typed as the value it means, or why it is refused; the engine checks again. */
export function check(key: string, typed: string | boolean): Checked {
  const kind = toKind(key)
  const value = kind.kind === 'number' ? toNumber(String(typed)) : typed
  if (value === undefined) return { ok: false, message: 'A number is expected.' }
  if (key === 'timeZone' && !isZone(String(value))) return { ok: false, message: 'No such time zone; an example is Pacific/Auckland.' }
  const result = shapeOf(key)?.safeParse(value)
  return !result || result.success ? { ok: true, value } : { ok: false, message: `${result.error.issues[0]?.message ?? 'Not allowed'}.` }
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

export type SettingGroup = { readonly name: string; readonly settings: readonly SettingView[] }

const groups: readonly { readonly name: string; readonly keys: RegExp }[] = [
  { name: 'Money', keys: /^(spend|default[A-Z]|unknownModel)/ },
  { name: 'Work', keys: /^(max|attempt)/ },
  { name: 'Approvals', keys: /^approval/ },
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
