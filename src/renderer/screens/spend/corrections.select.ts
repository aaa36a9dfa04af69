/** "0.14", "-5", "−5", "$3" as dollars, signed; undefined for nothing, for zero and for what is no amount. */
export function toSignedUsd(typed: string): number | undefined {
  const plain = typed.trim().replace('−', '-').replace('$', '')
  const amount = /^-?\d+(\.\d{1,9})?$/.test(plain) ? Number(plain) : Number.NaN
  return amount !== 0 && Number.isFinite(amount) ? amount : undefined
}

/** "0.12 % of the invoice", "no share" of an invoice over nothing. */
export const toShareText = (share: number | null): string => (share === null ? 'the invoice is over nothing' : `${(share * 100).toFixed(2)} % of the invoice`)
