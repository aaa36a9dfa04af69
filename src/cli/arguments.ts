import { InvalidArgumentError } from 'commander'

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
