export { createDelivery, type Delivery, type DeliveryDeps, type DeployPayload, type DescribeAnswer } from './delivery.ts'
export type { ProductEnd } from './product.ts'
export { isLive, type ReleaseInput, releaseMoves } from './release.ts'
export type { ProductOrder } from './targets/local.ts'
