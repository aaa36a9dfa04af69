import { z } from 'zod'

/** Integer nanodollars; 1 USD = 1_000_000_000. A double holds nine million dollars exactly. */
export const Nanodollars = z.int().brand<'Nanodollars'>()
export type Nanodollars = z.infer<typeof Nanodollars>

const PER_DOLLAR = 1_000_000_000

export const toNanodollars = (usd: number): Nanodollars => Math.round(usd * PER_DOLLAR) as Nanodollars
export const toUsd = (amount: Nanodollars): number => amount / PER_DOLLAR
export const zeroDollars = 0 as Nanodollars

/** Money as the owner reads it (U-24): dollars to the cent, "<$0.01" for a trace, "$0" for nothing at all. */
export function formatMoney(amount: Nanodollars): string {
  if (amount === 0) return '$0'
  const usd = amount / PER_DOLLAR
  if (Math.abs(usd) < 0.01) return usd < 0 ? '>-$0.01' : '<$0.01'
  return `${usd < 0 ? '−' : ''}$${Math.abs(usd).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}
