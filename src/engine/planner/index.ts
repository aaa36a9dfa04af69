export { createPlanner, type Planner, type PlannerAnswer } from './planner.ts'
export { findJson } from './prompt.ts'
export { toTemplatePlan } from './template.ts'
