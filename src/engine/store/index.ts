export { afterCommit, openReader, openWriter, type ReadDb, transactionOf, type WriteDb, write } from './db.ts'
export { migrate } from './migrate.ts'
export { createTurnWriter, type TurnWriter } from './turn.ts'
