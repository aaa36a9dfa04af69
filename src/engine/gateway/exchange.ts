import type { IncomingHttpHeaders } from 'node:http'
import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import type { Dispatcher } from 'undici'

/** Somebody who takes an answer as it comes. */
export type Taker = {
  /** Before the first byte. False when the answer is not wanted: it is broken off, and the exchange is over. */
  start(status: number, headers: IncomingHttpHeaders): boolean
  /** Uncompressed. False when no more can be taken until `resume` is called. */
  data(chunk: Buffer, resume: () => void): boolean
}

/** It was called off before a byte of the request had left. */
export class Unsent extends Error {}

/**
 * One request to a provider, from its first byte to the last of its answer. Rejects when either breaks, or with the signal's reason;
 * with Unsent when the signal came before the request had gone.
 * Written on the client's own handlers: a stream between them would cost as much again as everything else that a call needs.
 */
export function exchange(agent: Dispatcher, request: Dispatcher.DispatchOptions, taker: Taker, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let decoder: Transform | undefined
    let isUnwanted = false
    const done = (settle: () => void) => {
      signal.removeEventListener('abort', stop)
      settle()
    }
    const stop = () => {
      if (controller) controller.abort(toError(signal.reason))
      // It may still be connecting, which nobody waits for any more.
      else done(() => reject(new Unsent()))
    }
    if (signal.aborted) {
      reject(new Unsent())
      return
    }
    signal.addEventListener('abort', stop)
    agent.dispatch(request, {
      onRequestStart(given) {
        controller = given
        if (signal.aborted) given.abort(toError(signal.reason))
      },
      onResponseStart(given, status, headers) {
        // 103 and its like come before the answer.
        if (status < 200) return
        if (!taker.start(status, headers)) {
          isUnwanted = true
          given.abort(unwanted)
          return
        }
        decoder = toDecoder(headers['content-encoding'])
        if (!decoder) return
        const plain = decoder
        plain.on('data', (chunk: Buffer) => {
          if (!taker.data(chunk, () => plain.resume())) plain.pause()
        })
        plain.once('end', () => done(resolve))
        plain.once('error', (error) => {
          given.abort(error)
          done(() => reject(error))
        })
      },
      onResponseData(given, chunk) {
        const resume = () => given.resume()
        if (!decoder) {
          if (!taker.data(chunk, resume)) given.pause()
        } else if (!decoder.write(chunk)) {
          given.pause()
          decoder.once('drain', resume)
        }
      },
      onResponseEnd() {
        if (decoder) decoder.end()
        else done(resolve)
      },
      onResponseError(_, error) {
        decoder?.destroy()
        done(() => (isUnwanted ? resolve() : reject(error)))
      },
    })
  })
}

const unwanted = new Error('the answer is not wanted')
const toError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
}

/** Asked for plain, some providers compress all the same. */
function toDecoder(encoding: string | string[] | undefined): Transform | undefined {
  return typeof encoding === 'string' ? decoders[encoding.trim().toLowerCase()]?.() : undefined
}
