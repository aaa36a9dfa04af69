export { toBuilderAsk } from './choose.ts'
export type { DispatchDeps } from './deps.ts'
export { createDispatch, type Dispatch } from './dispatch.ts'
export type { Asker, Effect, EffectAnswer } from './effects.ts'
