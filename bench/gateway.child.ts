import { createJournal } from '../src/engine/journal/index.ts'
import { systemClock } from '../src/engine/kernel/clock.ts'
import { grant, openWorld } from '../test/gateway/world.ts'
import { cpuMicros } from './measure.ts'

export type Books = {
  readonly calls: number
  readonly settled: number
  /** Settled with the provider's own figures, below what was reserved. */
  readonly exact: number
  /** Nanodollars: by call, by hour, by the limit of the day, and as told to whoever watches. */
  readonly cost: number
  readonly hourly: number
  readonly daily: number
  readonly told: number
  /** Nanodollars that are still reserved, against any limit. */
  readonly held: number
  readonly chain: boolean
}

// The gateway as the engine has it: router, ledger and journal on a real file, every commit on disk before it is answered.
const world = await openWorld({}, { recheckMs: 1000 })
world.router.add({ name: 'fake', wire: 'anthropic', baseUrl: process.argv[2] ?? '', key: 'sk-bench' }, 'owner')
let told = 0
// What a test keeps to look at would grow here for as long as the bench runs.
const forget = setInterval(drain, 200)

process.on('message', async (asked) => process.send?.(asked === 'books' ? await readBooks() : cpuMicros()))
process.once('disconnect', async () => {
  clearInterval(forget)
  await world[Symbol.asyncDispose]()
  process.exit()
})
process.send?.({ url: world.gateway.url, token: world.gateway.issue(grant) })

function drain(): void {
  for (const event of world.events.splice(0)) if (event.type === 'call.settled') told += event.data.cost
  world.charged.length = 0
}

async function readBooks(): Promise<Books> {
  world.ledger.catchUp()
  drain()
  const calls = world.db
    .prepare<[], Pick<Books, 'calls' | 'settled' | 'exact' | 'cost'>>(
      `SELECT count(*) AS calls, total(state = 'settled') AS settled, total(confidence = 'exact' AND reserved >= cost) AS exact, total(cost) AS cost FROM call`,
    )
    .get()
  const hours = world.db.prepare<[], { cost: number }>('SELECT total(cost) AS cost FROM spend_hour').get()
  const limits = world.db
    .prepare<[], { held: number; daily: number }>(
      "SELECT total(held) AS held, total(spent) FILTER (WHERE scope = 'global' AND period = 'day') AS daily FROM envelope",
    )
    .get()
  if (!calls || !hours || !limits) throw new Error('no books')
  const journal = createJournal({ db: world.db, reader: world.reader, clock: systemClock, redact: (text) => text })
  return { ...calls, ...limits, hourly: hours.cost, told, chain: (await journal.verify()).ok }
}
