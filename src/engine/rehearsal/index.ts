export { createRehearsal, type Rehearsal } from './rehearsal.ts'
