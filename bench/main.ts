import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { BenchRow } from './row.ts'

type Bench = () => Promise<BenchRow[]>

/** Loaded one by one, so that a bench that cannot run here does not keep the others from running. */
const benches: Record<string, () => Promise<Bench>> = {
  queue: async () => (await import('./queue.ts')).benchQueue,
  feed: async () => (await import('./feed.ts')).benchFeed,
  gateway: async () => (await import('./gateway.ts')).benchGateway,
  spend: async () => (await import('./spend.ts')).benchSpend,
  start: async () => (await import('./start.ts')).benchStart,
  dag: async () => {
    const file = './dag.ts'
    return ((await import(file)) as { benchDag: Bench }).benchDag
  },
}

const args = process.argv.slice(2)
const json = args.includes('--json')
const chosen = args.filter((arg) => !arg.startsWith('-'))
const unknown = chosen.filter((name) => !(name in benches))
if (unknown.length > 0) {
  console.error(`No bench is called ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.`)
  process.exit(2)
}
const names = (chosen.length > 0 ? chosen : Object.keys(benches)).filter((name) => name !== 'dag' || existsSync(join(import.meta.dirname, 'dag.ts')))

const sqlite = new Database(':memory:')
const machine = {
  cores: availableParallelism(),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  memoryGb: Math.round(totalmem() / 2 ** 30),
  load1: Number((loadavg()[0] ?? 0).toFixed(2)),
  node: process.versions.node,
  sqlite: sqlite.prepare<[], { v: string }>('SELECT sqlite_version() AS v').get()?.v ?? 'unknown',
  kernel: existsSync('/proc/version') ? (readFileSync('/proc/version', 'utf8').split(' ')[2] ?? '') : process.platform,
}
sqlite.close()

const rows: BenchRow[] = []
const failures: string[] = []
for (const name of names) {
  if (!json) console.error(`… ${name}`)
  try {
    const bench = await benches[name]?.()
    if (bench) rows.push(...(await bench()))
  } catch (error) {
    failures.push(`${name} did not run: ${error instanceof Error ? error.message : String(error)}`)
  }
}

if (json) console.log(JSON.stringify({ machine, rows, failures }, null, 2))
else print()
// Not process.exit: a pipe may still be draining.
process.exitCode = failures.length > 0 || rows.some((row) => !row.passed) ? 1 : 0

function print(): void {
  console.log(
    `${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GB, load ${machine.load1} at start, Node ${machine.node}, SQLite ${machine.sqlite}, ${machine.kernel}\n`,
  )
  const number = (n: number | null) => (n === null ? '–' : Math.abs(n) >= 100 ? n.toFixed(0) : Math.abs(n) >= 1 || n === 0 ? n.toFixed(2) : n.toPrecision(2))
  const table = [
    ['', 'id', 'value', 'unit', 'floor', 'ratio', 'gate', 'moon', 'goal'],
    ...rows.map((row) => [
      row.passed ? 'ok' : 'NO',
      row.id,
      number(row.value),
      row.unit,
      number(row.floor),
      number(row.ratio),
      number(row.gate),
      number(row.moonshot),
      row.goal,
    ]),
  ]
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((line) => (line[column] ?? '').length)))
  for (const line of table)
    console.log(
      line
        .map((cell, i) => (i >= 2 && i <= 7 && i !== 3 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
  const noted = rows.filter((row) => row.note)
  if (noted.length > 0) console.log('')
  for (const row of noted) console.log(`${row.id.padEnd(4)} ${row.note}`)
  for (const failure of failures) console.log(`\n${failure}`)
}
