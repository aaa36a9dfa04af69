export { createGateway, type Gateway, type GatewayDeps } from './gateway.ts'
export { type ModelHealth, toModelHealth } from './health.ts'
export { createRehearsalModel, type RehearsalModel } from './rehearsal/model.ts'
export type { Grant } from './token.ts'
