import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { createD1Store, createRelay } from '../../assets/relay/worker.mjs'

export const relaySecrets = { verifyToken: 'verify-token-of-the-test', appSecret: 'app-secret-of-the-test', pullToken: 'pull-token-of-the-test' }

/** What D1 offers of itself, over SQLite: enough for the worker's own statements. */
function toD1(db: Database.Database) {
  return {
    prepare: (sql: string) => ({
      bind: (...values: unknown[]) => {
        const named = Object.fromEntries(values.map((value, at) => [String(at + 1), value]))
        const statement = db.prepare(sql)
        return { run: async () => void statement.run(named), all: async () => ({ results: statement.all(named) }) }
      },
    }),
  }
}

/** The Cloudflare Worker of assets/relay on loopback. */
export async function openRelay(secrets: Partial<typeof relaySecrets> = relaySecrets) {
  const db = new Database(':memory:')
  db.exec(readFileSync(join(import.meta.dirname, '../../assets/relay/schema.sql'), 'utf8'))
  const answer = createRelay({ ...secrets, store: createD1Store(toD1(db)) })
  let isDown = false
  const underWay = new Set<Promise<void>>()
  const server = createServer((request, response) => {
    const answering = serve(request, response).finally(() => underWay.delete(answering))
    underWay.add(answering)
  })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (isDown) {
      response.destroy()
      return
    }
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const made = new Request(`http://relay${request.url}`, {
      method: request.method ?? 'GET',
      headers: request.headers as Record<string, string>,
      ...(request.method === 'POST' && { body: Buffer.concat(pieces) }),
    })
    const answered = await answer(made)
    response.writeHead(answered.status, Object.fromEntries(answered.headers)).end(await answered.text())
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    waiting: (): number => (db.prepare('SELECT count(*) AS n FROM inbox').get() as { n: number }).n,
    /** Puts something in that the relay itself would never take, as one who got hold of it could. */
    smuggle: (body: string, signature: string): void => void db.prepare('INSERT INTO inbox (signature, body, at) VALUES (?, ?, 0)').run(signature, body),
    breakOff(broken: boolean): void {
      isDown = broken
    },
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await Promise.allSettled(underWay)
      db.close()
    },
  }
}
