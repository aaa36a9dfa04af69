export { type Adjust, type AdjustDeps, createAdjust } from './adjust.ts'
export type { CallSize, ModelLimits } from './bound.ts'
export { type DefaultBudgets, type Payer, toBudgetWords, toRefusalWords } from './budget.ts'
export { type Budgets, type BudgetsDeps, createBudgets } from './budgets.ts'
export { createExport, type Export, type ExportDeps } from './export.ts'
export {
  type CallCut,
  type CallEnd,
  type CallFailure,
  type CallOrigin,
  createLedger,
  type Ledger,
  type LedgerDeps,
  type Reservation,
} from './ledger.ts'
export type { CallTarget } from './offer.ts'
export { createPrices, type KnownModel, type Prices, type PricesDeps } from './price.ts'
export { createSpend, type Spend, type SpendDeps, type Work } from './spend.ts'
export { type MeteredUsage, noUsage } from './usage.ts'
export { createVelocity, toVelocityWords } from './velocity.ts'
