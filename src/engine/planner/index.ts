export { createPlanner, type Planner, type PlannerAnswer } from './planner.ts'
export { findJson } from './prompt.ts'
