import { get } from 'node:http'
import { createServer } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { Probe } from '../target.ts'

const HOST = '127.0.0.1'
const PROBE_MS = 2400

export const toUrl = (port: number): string => `http://${HOST}:${port}`

/** The wished port when it is free, else one that the system chooses. Somebody may still be faster: then the product says so and ends. */
export async function findPort(wished: number | null): Promise<number> {
  return (wished === null ? undefined : await tryPort(wished)) ?? (await tryPort(0)) ?? 0
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, HOST, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined))
    })
  })
}

/** `/health` when the product has one, else `/`: any answer that is no server error counts. */
export async function probeHttp(url: string): Promise<Probe> {
  const health = await ask(`${url}/health`)
  if (health.status !== null && health.status < 400) return { ok: true, ...health }
  // A product that knows /health and says it is broken is broken.
  if (health.status !== null && health.status >= 500 && health.status !== 501) return { ok: false, ...health }
  const root = health.status === null ? health : await ask(`${url}/`)
  return { ok: root.status !== null && root.status < 500, ...root }
}

function ask(url: string): Promise<{ status: number | null; latencyMs: number }> {
  const started = performance.now()
  return new Promise((resolve) => {
    const done = (status: number | null) => resolve({ status, latencyMs: Math.round(performance.now() - started) })
    const request = get(url, { agent: false, timeout: PROBE_MS, headers: { 'user-agent': 'REEF health check' } }, (response) => {
      response.resume()
      done(response.statusCode ?? null)
      response.destroy()
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => done(null))
  })
}
