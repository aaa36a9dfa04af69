import { type CsvError, type Info, parse } from 'csv-parse/sync'
import type { Nanodollars } from '../../contract/index.ts'
import { ReefError } from '../kernel/errors.ts'

export type Invoice = {
  /** What was charged on each day of UTC that the file names, by its first instant; oldest first. */
  readonly days: ReadonlyArray<{ readonly at: number; readonly amount: Nanodollars }>
  readonly skipped: ReadonlyArray<{ readonly line: number; readonly message: string }>
}

const DAY = 86_400_000
/** Digits behind the point that are kept while a day is summed up: OpenAI writes thirty. */
const DIGITS = 18
const PER_NANODOLLAR = 10n ** BigInt(DIGITS - 9)

/**
 * Columns by the names that they go by, the surest first: of Anthropic's console (usage_date_utc, cost_usd), of OpenAI's
 * (start_time_iso, amount_value, amount_currency), of a FOCUS file, and what people call them.
 */
const dayColumns = [
  'usage_date_utc',
  'start_time_iso',
  'chargeperiodstart',
  'date',
  'day',
  'usage_date',
  'date_utc',
  'start_time',
  'starting_at',
  'timestamp',
  'time',
  'created',
]
const costColumns = [
  'cost_usd',
  'amount_value',
  'billedcost',
  'cost',
  'amount_usd',
  'amount',
  'total_cost',
  'cost_in_usd',
  'spend_usd',
  'spend',
  'total_usd',
  'total',
  'usd',
]
const currencyColumns = ['amount_currency', 'billingcurrency', 'currency']

/**
 * Reads what a provider says it charged, day by day, from a CSV file with a head. A row that cannot be read is told of with its line
 * and is in no sum; so is a day that is not over at `now`, because neither side has all of it.
 * Throws invoice/invalid when no row could be read or a column is missing.
 */
export function readInvoice(csv: string, now: number): Invoice {
  const rows = parseRows(csv)
  const head = (rows[0]?.record ?? []).map(toName)
  const day = findColumn(head, dayColumns)
  const cost = findColumn(head, costColumns)
  if (day < 0) throw missing('a day', 'date', head)
  if (cost < 0) throw missing('an amount', 'cost_usd', head)
  const currency = findColumn(head, currencyColumns)

  const sums = new Map<number, bigint>()
  const skipped: Array<{ line: number; message: string }> = []
  for (const { record, line } of rows.slice(1)) {
    const amount = record[cost]?.trim() ?? ''
    const at = toDayStart(record[day] ?? '')
    const unit = currency < 0 ? '' : (record[currency]?.trim().toUpperCase() ?? '')
    const parsed = toAmount(amount)
    if (at === undefined) skipped.push({ line, message: `“${shorten(record[day])}” is not a day.` })
    // A day on which nothing was charged has no amount with OpenAI.
    else if (amount === '') sums.set(at, sums.get(at) ?? 0n)
    else if (parsed === undefined) skipped.push({ line, message: `“${shorten(amount)}” is not an amount.` })
    else if (unit !== '' && unit !== 'USD') skipped.push({ line, message: `${shorten(unit)} is not US dollars.` })
    else if (at + DAY > now) skipped.push({ line, message: 'This day is not over.' })
    else sums.set(at, (sums.get(at) ?? 0n) + parsed)
  }
  const days = [...sums].filter(([at]) => at + DAY <= now).sort(([a], [b]) => a - b)
  if (days.length === 0)
    throw new ReefError('invoice/invalid', `No row of the file could be compared${skipped[0] ? `: line ${skipped[0].line}: ${skipped[0].message}` : '.'}`, {
      field: 'csv',
      remedy: 'Export the costs of whole days that are over, as CSV, with a day and an amount in US dollars in each row.',
    })
  return { days: days.map(([at, amount]) => ({ at, amount: Number(roundHalfUp(amount)) as Nanodollars })), skipped }
}

type Row = { readonly record: readonly string[]; readonly line: number }

function parseRows(csv: string): Row[] {
  const [first = ''] = csv.split('\n', 1)
  const delimiter = [';', '\t'].find((one) => first.split(one).length > first.split(',').length) ?? ','
  try {
    const found = parse(csv, { bom: true, delimiter, info: true, relax_column_count: true, skip_empty_lines: true, trim: true })
    // With `info` each row comes with its place; the types of the library do not say so for rows that are lists.
    return (found as unknown as ReadonlyArray<{ record: string[]; info: Info }>).map(({ record, info }) => ({ record, line: info.lines }))
  } catch (error) {
    const { message } = error as CsvError
    throw new ReefError('invoice/invalid', `The file is not CSV: ${message}.`, {
      field: 'csv',
      remedy: 'Export it again from the provider, as CSV.',
      cause: error,
    })
  }
}

const missing = (what: string, example: string, head: readonly string[]): ReefError =>
  new ReefError('invoice/invalid', `No column of the file is ${what}. It has: ${head.slice(0, 20).map(shorten).join(', ') || 'none'}.`, {
    field: 'csv',
    remedy: `Name the column ${example} in the first line, or export the costs by day from the provider's console.`,
  })

const toName = (head: string): string =>
  head
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '')
const findColumn = (head: readonly string[], names: readonly string[]): number => names.map((name) => head.indexOf(name)).find((place) => place >= 0) ?? -1
const shorten = (text: string | undefined): string => (text ?? '').slice(0, 40)

/** The first instant of the day of UTC that a text names: a day, a time (of UTC where it has no zone), or seconds since 1970. */
function toDayStart(text: string): number | undefined {
  const trimmed = text.trim()
  if (/^\d{10}$/.test(trimmed)) return toStart(Number(trimmed) * 1000)
  const [, day, time, zone] = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?$/.exec(trimmed) ?? []
  if (!day) return undefined
  const at = Date.parse(`${day}T${time ?? '00:00'}${!zone || zone === 'UTC' ? 'Z' : zone}`)
  // A 30th of February is a day of March to the calendar of a program, and a mistake to the owner.
  return Number.isNaN(at) || new Date(Date.parse(`${day}T00:00Z`)).toISOString().slice(0, 10) !== day ? undefined : toStart(at)
}
const toStart = (at: number): number => at - (at % DAY)

/** Dollars as a whole number of 10^-18; undefined for what is no amount. Digits beyond are cut. */
function toAmount(text: string): bigint | undefined {
  const [, minus, whole = '', fraction = '', power = '0'] = /^([-−]?)\$?(\d[\d,]*|(?=\.\d))(?:\.(\d*))?(?:[eE]([+-]?\d{1,2}))?$/.exec(text) ?? []
  if (minus === undefined) return undefined
  const digits = `${whole.replaceAll(',', '')}${fraction}`
  const shift = DIGITS - fraction.length + Number(power)
  const amount = shift >= 0 ? BigInt(digits) * 10n ** BigInt(shift) : BigInt(digits) / 10n ** BigInt(-shift)
  return minus ? -amount : amount
}

function roundHalfUp(amount: bigint): bigint {
  const half = PER_NANODOLLAR / 2n
  return amount >= 0n ? (amount + half) / PER_NANODOLLAR : -((-amount + half) / PER_NANODOLLAR)
}
