import type { CallFilter, CallView, ChargeLine, SpendBy } from '../../../contract/ledger.ts'
import type { Billing } from '../../../contract/router.ts'
import type { Query } from '../../live/place.ts'
import { startOfDay } from '../../parts/days.ts'
import { createPaging } from '../../parts/pages.ts'

const HOUR = 3_600_000

/** Calls, read page by page; their ids are born in order. */
export const paging = createPaging((call: CallView) => call.id)

export const confidenceWords: Record<CallView['confidence'], string> = { exact: 'exact', estimated: 'estimated', rehearsal: 'REHEARSAL' }
export const callStateWords: Record<CallView['state'], string> = { open: 'under way', settled: 'settled', failed: 'failed, free' }
export const billingWords: Record<Billing, string> = { metered: 'by the token', subscription: 'by subscription', local: 'on this machine, free' }
export const meterWords: Record<ChargeLine['meter'], string> = {
  input: 'input',
  'cache-read': 'read from the cache',
  'cache-write': 'written to the cache',
  'cache-write-1h': 'written to the cache for an hour',
  output: 'output',
  'web-search': 'web searches',
}

const texts = ['agent', 'provider', 'model', 'project', 'taskId', 'planId'] as const
const instants = ['since', 'until'] as const
export type FilterKey = (typeof texts)[number] | 'time'

/** What the address says about which calls to show; anything else in it is no filter. */
export function toFilter(query: Query): CallFilter {
  const pairs = [
    ...texts.flatMap((key) => (query[key] ? [[key, query[key]] as const] : [])),
    ...instants.flatMap((key) => (/^\d{1,16}$/.test(query[key] ?? '') ? [[key, Number(query[key])] as const] : [])),
  ]
  return Object.fromEntries(pairs) as CallFilter
}

/** The filters that are set, in words; each can be taken away on its own. */
export function toChips(
  filter: CallFilter,
  nameOfTask: (id: string) => string,
  full: (at: number) => string,
): ReadonlyArray<{ readonly key: FilterKey; readonly words: string }> {
  const named = texts.flatMap((key) => {
    const value = filter[key]
    if (value === undefined) return []
    return [{ key, words: key === 'taskId' ? `task ${nameOfTask(value)}` : key === 'planId' ? `plan ${nameOfTask(value)}` : `${key} ${value}` }]
  })
  const { since, until } = filter
  if (since === undefined && until === undefined) return named
  const time = since === undefined ? `until ${full(until ?? 0)}` : until === undefined ? `since ${full(since)}` : `${full(since)} to ${full(until)}`
  return [...named, { key: 'time', words: time }]
}

/** The query without one filter; `time` stands for both of its ends. */
export function without(query: Query, key: FilterKey): Query {
  return Object.fromEntries(Object.entries(query).filter(([name]) => (key === 'time' ? name !== 'since' && name !== 'until' : name !== key)))
}

/** Which calls stand behind a bar, a cell or a row of a breakdown. "all others" have no filter of their own: the time alone narrows them. */
export function toQuery(by: SpendBy, key: string | undefined, since: number, until: number, zone: string): Query {
  const span = { since: String(since), until: String(until) }
  if (key === undefined || key === '' || key === 'other') return span
  if (by === 'day') return toDaySpan(key, zone) ?? span
  return { [by === 'task' ? 'taskId' : by === 'product' ? 'project' : by]: key, ...span }
}

/** `2026-11-21` as the two ends of that day in the zone. */
function toDaySpan(day: string, zone: string): Query | undefined {
  const noon = Date.parse(`${day}T12:00:00Z`)
  if (Number.isNaN(noon)) return undefined
  // Noon in UTC lies within that day or, far east, in the next one: the day is the one whose name it is.
  const start = [-24, 0, 24]
    .map((hours) => startOfDay(noon + hours * HOUR, zone))
    .findLast((at) => new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(at) === day)
  return start === undefined ? undefined : { since: String(start), until: String(startOfDay(start + 36 * HOUR, zone)) }
}
