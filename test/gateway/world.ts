import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallView, ReefEvent, WireFormat } from '../../src/contract/index.ts'
import { createGateway, type GatewayDeps, type Grant } from '../../src/engine/gateway/index.ts'
import { createJournal } from '../../src/engine/journal/index.ts'
import { systemClock } from '../../src/engine/kernel/clock.ts'
import { createLogger } from '../../src/engine/kernel/logger.ts'
import { createLedger, createPrices } from '../../src/engine/ledger/index.ts'
import { createRouter } from '../../src/engine/router/index.ts'
import { migrate, openReader, openWriter } from '../../src/engine/store/index.ts'
import { startUpstream } from './upstream.ts'

const root = join(import.meta.dirname, '../..')
export const ceiling = () => ({ input: 15_000_000_000, output: 75_000_000_000 })

export const grant: Grant = {
  sessionId: 'ses_01JC0000000000000000000001',
  attemptId: 'att_01JC0000000000000000000001',
  taskId: 'task_01JC0000000000000000000001',
  planId: 'plan_01JC0000000000000000000001',
  project: 'demo',
  agent: 'Rex',
  provider: 'fake',
}

/** Router, ledger and gateway of one engine on a data directory of their own, wired as engine.ts wires them. */
export async function openWorld(more: Partial<GatewayDeps> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'reef-gateway-'))
  const db = openWriter(join(dataDir, 'reef.db'))
  migrate(db, join(root, 'migrations'), Date.now())
  const reader = openReader(join(dataDir, 'reef.db'))
  const clock = systemClock
  const journal = createJournal({ db, reader, clock, redact: (text) => text })
  const events: ReefEvent[] = []
  journal.listen((event) => events.push(event))
  const charged: CallView[] = []
  const prices = createPrices({ file: join(root, 'assets/prices.json'), overrideFile: join(dataDir, 'prices.json'), ceiling })
  const ledger = createLedger({ db, reader, clock, append: journal.append, prices, charge: (call) => charged.push(call) })
  const keys = new Map<string, string>()
  const secrets = {
    get: (name: string) => keys.get(name),
    set: (name: string, value: string) => void keys.set(name, value),
    delete: (name: string) => void keys.delete(name),
  }
  const router = createRouter({ db, reader, clock, append: journal.append, secrets, prices, env: {} })
  const gateway = await createGateway({
    books: ledger,
    route: router.route,
    report: router.report,
    isLive: () => true,
    admit: () => ({ ok: true }),
    tokenSecret: 'a secret for tests',
    logger: createLogger(undefined),
    ...more,
  })
  return {
    dataDir,
    db,
    reader,
    ledger,
    router,
    gateway,
    events,
    charged,
    calls: () => ledger.calls({ limit: 1000 }),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      db.close()
      reader.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
export type World = Awaited<ReturnType<typeof openWorld>>

/** A world with one provider in it, which does what the test says, and the token of a session that may use it. */
export async function openDoor(
  answer: Parameters<typeof startUpstream>[0],
  { wire = 'anthropic', ...more }: { wire?: WireFormat } & Partial<GatewayDeps> = {},
) {
  const upstream = await startUpstream(answer)
  const world = await openWorld(more)
  world.router.add({ name: 'fake', wire, baseUrl: upstream.url, key: 'sk-the-real-key' }, 'owner')
  return {
    upstream,
    world,
    token: world.gateway.issue(grant),
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}
