export type { Finding, Proof, Subject } from './evidence.ts'
export type { GateAnswer, GateInput, Review, ReviewAnswer, ReviewInput } from './gate.ts'
export { createQuality, type Quality, type QualityDeps } from './quality.ts'
