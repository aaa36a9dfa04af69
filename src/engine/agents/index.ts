export { createRoster, type Roster, type RosterDeps } from './roster.ts'
