export type { ReviewAnswer, ReviewInput } from './gate.ts'
export { createQuality, type Quality } from './quality.ts'
