export { exportAudit } from './export.ts'
export { type Append, createJournal, type Journal, type NewEvent } from './journal.ts'
export { createRedactor, type Redact } from './redact.ts'
