import { formatMoney, type Nanodollars, toUsd } from '../../../contract/money.ts'
import type { ZoneFormat } from '../../parts/zone.ts'
import type { Chart } from './spend.select.ts'

/** The hour or the day that a bar stands for. */
export const labelOf = (at: number, unit: Chart['unit'], zone: ZoneFormat): string => (unit === 'hour' ? zone.time(at) : zone.day(at))

/** A mark of the money axis: cents, or as many digits as tell one mark from the next where a whole chart is below a cent or two. */
export function formatMark(amount: number): string {
  const usd = toUsd(amount as Nanodollars)
  return usd === 0 || usd >= 0.05 ? formatMoney(amount as Nanodollars) : `$${Number(usd.toPrecision(2))}`
}
