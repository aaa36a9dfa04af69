export { afterCommit, openReader, openWriter, type ReadDb, type WriteDb, write } from './db.ts'
export { migrate, readMigrations } from './migrate.ts'
