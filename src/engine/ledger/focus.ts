import type { AdjustmentView, ChargeLine } from '../../contract/index.ts'
import { shareOut, toChargeLines } from './charge.ts'
import type { Rate } from './rate.ts'
import type { BilledCall } from './spend.store.ts'

/** A cell of a file: money is a bigint of nanodollars, so that no digit of it is lost. */
export type Cell = string | number | bigint | null

/** What the ledger does not know of a call. */
export type FocusFacts = {
  readonly isProduct: (project: string) => boolean
  /** Where a task's models stand in the cost pyramid. */
  readonly tierOf: (taskId: string) => string | null
}

/** FOCUS 1.4, as far as a model call has something to say; columns of our own begin with x_. */
export const focusColumns = [
  'BilledCost',
  'EffectiveCost',
  'ListCost',
  'ContractedCost',
  'BillingCurrency',
  'BillingAccountId',
  'ChargeCategory',
  'ChargeClass',
  'ChargeDescription',
  'ChargeFrequency',
  'ChargePeriodStart',
  'ChargePeriodEnd',
  'BillingPeriodStart',
  'BillingPeriodEnd',
  'ServiceProviderName',
  'HostProviderName',
  'PublisherName',
  'InvoiceIssuerName',
  'ServiceCategory',
  'ServiceName',
  'SkuId',
  'SkuPriceId',
  'SkuMeter',
  'ConsumedQuantity',
  'ConsumedUnit',
  'PricingQuantity',
  'PricingUnit',
  'ListUnitPrice',
  'ResourceId',
  'SubAccountId',
  'Tags',
  'x_CallId',
  'x_AgentId',
  'x_TaskId',
  'x_AttemptId',
  'x_CorrelationId',
  'x_ProductId',
  'x_Tier',
  'x_Estimated',
  'x_ShadowCost',
] as const
export type FocusRow = Readonly<Record<(typeof focusColumns)[number], Cell>>

type Line = Pick<ChargeLine, 'quantity'> & { readonly meter: ChargeLine['meter'] | 'tokens'; readonly unitPrice: number | null; readonly cost: number }

/** A row for each kind of token of a call; their costs add up to the call's. */
export function toFocusRows(bill: BilledCall, { isProduct, tierOf }: FocusFacts): FocusRow[] {
  const { call, price } = bill
  const lines = toLines(bill)
  const weights = lines.some((line) => line.cost > 0) ? lines.map((line) => line.cost) : lines.map((line) => line.quantity)
  const billed = shareOut(call.cost, weights)
  const listed = shareOut(call.listCost, weights)
  const local = call.billing === 'local'
  const common = {
    ...periods(call.at, call.at + Math.max(1, call.latencyMs ?? 0)),
    ...names(call.provider),
    HostProviderName: local ? 'local' : call.provider,
    ChargeCategory: 'Usage',
    ChargeClass: null,
    ChargeFrequency: 'Usage-Based',
    ServiceName: `${call.provider} models`,
    SkuId: call.model,
    ResourceId: call.sessionId,
    SubAccountId: call.project,
    Tags: JSON.stringify({ agent: call.agent, billing: call.billing, ...(call.planId && { plan: call.planId }) }),
    x_CallId: call.id,
    x_AgentId: call.agent,
    x_TaskId: call.taskId,
    x_AttemptId: call.attemptId,
    x_CorrelationId: call.planId,
    x_ProductId: call.project !== null && isProduct(call.project) ? call.project : null,
    x_Tier: call.taskId && tierOf(call.taskId),
    x_Estimated: String(call.confidence === 'estimated'),
  }
  return lines.map(({ meter, quantity, unitPrice }, i) => {
    const perPiece = meter === 'web-search'
    const what = perPiece ? 'web searches' : meter === 'tokens' ? 'tokens' : `${meter} tokens`
    const cost = BigInt(billed[i] ?? 0)
    const list = BigInt(listed[i] ?? 0)
    return {
      ...common,
      BilledCost: cost,
      EffectiveCost: cost,
      // A model of one's own has no list; what a cloud would have asked stands apart.
      ListCost: local ? 0n : list,
      ContractedCost: cost,
      ChargeDescription: `${call.model}: ${what}`,
      SkuPriceId: price && `${call.provider}/${call.model}/${meter}@${price.version}`,
      SkuMeter: what,
      ConsumedQuantity: quantity,
      ConsumedUnit: perPiece ? 'searches' : 'tokens',
      PricingQuantity: perPiece ? quantity : quantity / 1e6,
      PricingUnit: perPiece ? 'searches' : '1M tokens',
      ListUnitPrice: unitPrice === null || local ? null : BigInt(unitPrice),
      x_ShadowCost: local ? list : null,
    }
  })
}

/** A correction: it has a provider and a reason, and no tokens. */
export function toCorrectionRow({ id, chargedAt, provider, callId, amount, reason }: AdjustmentView): FocusRow {
  const cost = BigInt(amount)
  return {
    BilledCost: cost,
    EffectiveCost: cost,
    ListCost: cost,
    ContractedCost: cost,
    ...periods(chargedAt, chargedAt + 1),
    ...names(provider),
    ChargeCategory: 'Adjustment',
    ChargeClass: 'Correction',
    ChargeDescription: reason,
    ChargeFrequency: 'One-Time',
    ServiceName: `${provider} models`,
    SkuId: null,
    SkuPriceId: null,
    SkuMeter: null,
    ConsumedQuantity: null,
    ConsumedUnit: null,
    PricingQuantity: null,
    PricingUnit: null,
    ListUnitPrice: null,
    ResourceId: null,
    SubAccountId: null,
    Tags: JSON.stringify({ adjustment: id }),
    x_CallId: callId,
    x_AgentId: null,
    x_TaskId: null,
    x_AttemptId: null,
    x_CorrelationId: null,
    x_ProductId: null,
    x_Tier: null,
    x_Estimated: 'false',
    x_ShadowCost: null,
  }
}

function toLines(bill: BilledCall): Line[] {
  const { call, price } = bill
  const lines: Line[] = price ? toChargeLines(JSON.parse(price.rates) as Rate, bill.usage, bill.computedCost) : []
  if (lines.length > 0) return lines
  const { input, cacheRead, cacheWrite, output } = call.usage
  const quantity = input + cacheRead + cacheWrite + output
  // Nothing is known of its price, or nothing of its tokens; what it cost is on the bill all the same.
  return quantity > 0 || call.cost > 0 || call.listCost > 0 ? [{ meter: 'tokens', quantity, unitPrice: null, cost: bill.computedCost }] : []
}

const names = (provider: string) => ({
  BillingCurrency: 'USD',
  BillingAccountId: provider,
  ServiceProviderName: provider,
  HostProviderName: provider,
  PublisherName: provider,
  InvoiceIssuerName: provider,
  ServiceCategory: 'AI and Machine Learning',
})

/** Whole seconds, the end outside; invoices are of calendar months of UTC. */
function periods(start: number, end: number) {
  const first = new Date(start)
  const month = (add: number) => toTime(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + add))
  const from = Math.floor(start / 1000) * 1000
  return {
    ChargePeriodStart: toTime(from),
    ChargePeriodEnd: toTime(Math.max(from + 1000, Math.ceil(end / 1000) * 1000)),
    BillingPeriodStart: month(0),
    BillingPeriodEnd: month(1),
  }
}
const toTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`

/** All digits of an amount, in dollars. */
export function toDollars(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(10, '0')
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, '')
}
