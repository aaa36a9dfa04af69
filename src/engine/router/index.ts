export type { Outcome, Rest } from './breaker.ts'
export type { ProviderRoute, Route } from './route.ts'
export { createRouter, type Router, type RouterDeps } from './router.ts'
