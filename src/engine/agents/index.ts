export { type AgentChange, createRoster, type Roster, type RosterDeps } from './roster.ts'
