export { type BudgetAnswer, checkBudgets } from './budget.ts'
export { type CallEnd, type CallFailure, type CallOrigin, createLedger, type Ledger, type LedgerDeps } from './ledger.ts'
export { createPrices, type KnownModel, type Prices, type PricesDeps } from './price.ts'
export { estimateUsage, type MeteredUsage } from './usage.ts'
