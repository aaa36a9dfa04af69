import { formatMoney, type Nanodollars, toUsd } from '../../contract/index.ts'

/** Dollars to the cent; the exact amount on hover (U-24). */
export function Money({ amount }: { amount: Nanodollars }) {
  return <span title={`${toUsd(amount)} USD`}>{formatMoney(amount)}</span>
}

/** Dollars to the last nanodollar, for those who check a sum. */
export function formatExact(amount: Nanodollars): string {
  const digits = String(Math.abs(amount)).padStart(10, '0')
  const fraction = digits.slice(-9).replace(/0+$/, '').padEnd(2, '0')
  return `${amount < 0 ? '−' : ''}$${Number(digits.slice(0, -9)).toLocaleString('en-US')}.${fraction}`
}
