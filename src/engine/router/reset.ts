import { minutes } from '../../contract/index.ts'

/** Headers of an answer, names in lower case. */
export type AnswerHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** Weekly limits of subscriptions are the longest there are; whatever is later is a mistake of somebody's clock. */
const LONGEST_MS = 8 * 24 * minutes(60)

/**
 * Milliseconds until a provider takes calls again, by its own word: `retry-after` first, else the reset of the limit that is used up,
 * else the latest of all resets. Null where it says nothing that can be understood.
 */
export function toResetMs(headers: AnswerHeaders, now: number): number | null {
  const read = (name: string): string | undefined => {
    const value = headers[name]
    return typeof value === 'string' ? value.trim() : value?.[0]?.trim()
  }
  const retryMs = toNumber(read('retry-after-ms'))
  const asked = retryMs ?? toMs(read('retry-after'), now)
  if (asked !== null) return within(asked)
  const resets = Object.keys(headers).flatMap((name) => {
    const kind = /^(anthropic-ratelimit-.+)-reset$/.exec(name)?.[1] ?? name
    if (kind === name && !/^x-ratelimit-reset(-|$)/.test(name)) return []
    const ms = toMs(read(name), now)
    const left = read(kind === name ? name.replace('-reset', '-remaining') : `${kind}-remaining`)
    return ms === null || ms < 0 ? [] : [{ ms, usedUp: toNumber(left) === 0 }]
  })
  const usedUp = resets.filter((reset) => reset.usedUp)
  const decisive = (usedUp.length > 0 ? usedUp : resets).map((reset) => reset.ms)
  return decisive.length > 0 ? within(Math.max(...decisive)) : null
}

const within = (ms: number): number => Math.min(LONGEST_MS, Math.max(0, Math.ceil(ms)))

const toNumber = (text: string | undefined): number | null => (text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : null)

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Seconds, seconds or milliseconds since 1970, a duration like `6m0s` or `2m59.56s`, or a date. */
function toMs(text: string | undefined, now: number): number | null {
  if (!text) return null
  const number = toNumber(text)
  if (number !== null) return number > 1e12 ? number - now : number > 1e9 ? number * 1000 - now : number * 1000
  if (/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text))
    return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)].reduce((sum, [, amount, unit = 's']) => sum + Number(amount) * (unitMs[unit] ?? 0), 0)
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : date - now
}
