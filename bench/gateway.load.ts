import { performance } from 'node:perf_hooks'
import { Pool } from 'undici'
import { pause } from './measure.ts'

export type Load = {
  readonly connections: number
  /** Milliseconds between two pieces of an answer; 0: as fast as it goes. */
  readonly pace: number
  readonly seconds: number
}
/** Times to the first byte of the answer, in milliseconds, one for each request. */
export type Measured = { readonly firstByteMs: number[]; readonly perSecond: number }

const CHUNKS = 20
const text = JSON.stringify({
  model: 'claude-haiku-4-5',
  max_tokens: 64,
  stream: true,
  messages: [{ role: 'user', content: 'Say something. '.repeat(130) }],
})

/** Callers who each ask again as soon as they have their answer, over a connection of their own. Every answer is read to its end. */
export function createCaller(url: string, token: string) {
  const pool = new Pool(url, { pipelining: 1 })

  return {
    async run({ connections, pace, seconds }: Load): Promise<Measured> {
      const firstByteMs: number[] = []
      const headers = { 'content-type': 'application/json', 'anthropic-version': '2023-06-01', 'x-api-key': token, 'x-pace': String(pace) }
      const start = performance.now()
      const end = start + seconds * 1000
      const call = async (i: number) => {
        // Paced streams begin one after the other, as those of independent agents do.
        await pause((i * pace * CHUNKS) / connections)
        while (performance.now() < end) firstByteMs.push(await ask(headers))
      }
      await Promise.all(Array.from({ length: connections }, (_, i) => call(i)))
      return { firstByteMs, perSecond: (firstByteMs.length * 1000) / (performance.now() - start) }
    },
    close: () => pool.close(),
  }

  function ask(headers: Record<string, string>): Promise<number> {
    return new Promise((resolve, reject) => {
      const asked = performance.now()
      let first = 0
      let status = 0
      pool.dispatch(
        { path: '/v1/messages', method: 'POST', headers, body: text },
        {
          // undici takes no handler without it.
          onRequestStart: () => {},
          onResponseStart: (_, statusCode) => {
            status = statusCode
          },
          onResponseData: () => {
            first ||= performance.now() - asked
          },
          onResponseEnd: () => (status === 200 ? resolve(first) : reject(new Error(`answered with ${status}`))),
          onResponseError: (_, error) => reject(error),
        },
      )
    })
  }
}
export type Caller = ReturnType<typeof createCaller>
