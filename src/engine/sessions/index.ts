export type { CageState } from './cage.ts'
export { drivers } from './drivers/registry.ts'
export type { LaunchOrder, SessionEnd } from './order.ts'
export { createSessions, type Sessions, type SessionsDeps } from './sessions.ts'
