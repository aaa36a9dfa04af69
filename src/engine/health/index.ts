export { type DoctorDeps, examine } from './doctor.ts'
export { createLagMeter, type LagMeter } from './lag.ts'
export { createMode, type Mode } from './mode.ts'
