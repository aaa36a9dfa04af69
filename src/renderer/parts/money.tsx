import { formatMoney, type Nanodollars, toUsd } from '../../contract/index.ts'

/** Dollars to the cent; the exact amount on hover (U-24). */
export function Money({ amount }: { amount: Nanodollars }) {
  return <span title={`${toUsd(amount)} USD`}>{formatMoney(amount)}</span>
}
