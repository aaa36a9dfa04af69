export { createProductReader } from './delivery.store.ts'
export { createDelivery, type Delivery, type DeliveryDeps } from './delivery.ts'
