import { InvalidArgumentError } from 'commander'
import { parseSince } from './local-time.ts'

/** For a flag that takes a whole number of rows. */
export function toLimit(text: string): number {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1 || n > 1000) throw new InvalidArgumentError('a whole number from 1 to 1000 is expected.')
  return n
}

export function toDollars(text: string): number {
  const usd = Number(text.replace(/^\$/, ''))
  if (!Number.isFinite(usd) || usd <= 0) throw new InvalidArgumentError('an amount in US dollars is expected, e.g. 2.50.')
  return usd
}

/** Corrections go either way; zero is none. */
export function toSignedDollars(text: string): number {
  const usd = Number(text.replace(/^([+-]?)\$/, '$1'))
  if (!Number.isFinite(usd) || usd === 0) throw new InvalidArgumentError('an amount in US dollars is expected, e.g. 2.50 or -2.50.')
  return usd
}

export function toInstant(text: string): number {
  const at = parseSince(text, Date.now())
  if (at === undefined) throw new InvalidArgumentError('24h, 7d, a date or an ISO time is expected.')
  return at
}

export const sinceOption = ['--since <time>', 'from here on: 24h, 7d, 2026-02-03 or a full ISO time', toInstant] as const
export const untilOption = ['--until <time>', 'up to here, written the same way', toInstant] as const

/** What was said, without the keys of what was not: the contract tells a missing field from an undefined one. */
export const given = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }

export function toPosition(text: string): number {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 0) throw new InvalidArgumentError('a whole number is expected.')
  return n
}

/** PROVIDER/MODEL, checked here so that a slip costs no round trip; the engine checks again. */
export function toModel(text: string): string {
  if (!/^[a-z0-9][a-z0-9-]*\/\S+$/.test(text)) throw new InvalidArgumentError('a model is written PROVIDER/MODEL, e.g. anthropic/claude-sonnet-4-5.')
  return text
}

/** `none` stays a word here: commander takes null for nothing given. */
export const toModelOrNone = (text: string): string => (text === 'none' ? text : toModel(text))
