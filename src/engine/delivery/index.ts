export { createDelivery, type Delivery, type DeliveryDeps } from './delivery.ts'
