import type { Nanodollars } from '../contract/money.ts'

/** Every digit that counts, at least two after the point: "$0.0037505". For a bill, where "<$0.01" would be no answer. */
export function toExactMoney(amount: Nanodollars): string {
  const digits = String(Math.abs(amount)).padStart(10, '0')
  const cents = digits.slice(-9).replace(/0{1,7}$/, '')
  return `${amount < 0 ? '−' : ''}$${Number(digits.slice(0, -9)).toLocaleString('en-US')}.${cents}`
}
