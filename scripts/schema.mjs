import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { migrate } from '../src/engine/store/migrate.ts'

/**
 * Writes migrations/schema.sql: what all migrations together make, so that a change of the schema can be read as one difference.
 * With --check only says whether it is up to date. Needs a Node that runs TypeScript as it is (22.18 or later).
 */
const dir = join(import.meta.dirname, '..', 'migrations')
const file = join(dir, 'schema.sql')

const db = new Database(':memory:')
migrate(db, dir, 0)
const rows = db
  .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type = 'trigger', type = 'index', name")
  .all()
db.close()
const first = '-- Why: the schema as all migrations together make it, to be read; nothing runs this file. Written by scripts/schema.mjs.'
const schema = `${first}\n\n${rows.map(({ sql }) => `${sql};\n`).join('\n')}`

if (!process.argv.includes('--check')) writeFileSync(file, schema)
else if (readFileSync(file, 'utf8') !== schema) {
  console.error('migrations/schema.sql is not what the migrations make. Run: node scripts/schema.mjs')
  process.exitCode = 1
}
