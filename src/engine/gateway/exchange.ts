import type { IncomingHttpHeaders } from 'node:http'
import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import type { Dispatcher } from 'undici'

/** Somebody who takes an answer as it comes. */
export type Taker = {
  /** Before the first byte. False when the answer is not wanted: it is broken off, and the exchange is over. */
  start(status: number, headers: IncomingHttpHeaders): boolean
  /** Uncompressed, in order. False when no more can be taken until `resume` is called. */
  data(chunk: Buffer, resume: () => void): boolean
}

/** It was called off before a byte of the request had left. */
export class Unsent extends Error {}

/**
 * One request to a provider, from its first byte to the last of its answer. Resolves with what came together with the end, which
 * the taker has not had. Rejects when request or answer breaks, or with the signal's reason; with Unsent when the signal came before
 * the request had gone.
 * Written on the client's own handlers: a stream between them would cost as much again as everything else that a call needs.
 */
export function exchange(agent: Dispatcher, request: Dispatcher.DispatchOptions, taker: Taker, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let decoder: Transform | undefined
    let isUnwanted = false
    let gathered: Buffer[] = []
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
    const handOver = (given: Dispatcher.DispatchController) => {
      if (gathered.length === 0) return
      const chunk = takeGathered()
      const resume = () => given.resume()
      try {
        if (!decoder) {
          if (!taker.data(chunk, resume)) given.pause()
        } else if (!decoder.write(chunk)) {
          given.pause()
          decoder.once('drain', resume)
        }
      } catch (error) {
        given.abort(toError(error))
      }
    }
    const takeGathered = () => {
      const chunk = gathered.length === 1 ? (gathered[0] as Buffer) : Buffer.concat(gathered)
      gathered = []
      return chunk
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
        plain.once('end', () => done(() => resolve(nothing)))
        plain.once('error', (error) => {
          given.abort(error)
          done(() => reject(error))
        })
      },
      onResponseData(given, chunk) {
        // A provider frames every word, and passing each on by itself would cost more than all else: one read of the socket goes on as one.
        if (gathered.push(chunk) === 1) process.nextTick(handOver, given)
      },
      onResponseEnd() {
        const last = takeGathered()
        if (decoder) decoder.end(last)
        else done(() => resolve(last))
      },
      onResponseError(given, error) {
        handOver(given)
        decoder?.destroy()
        done(() => (isUnwanted ? resolve(nothing) : reject(error)))
      },
    })
  })
}

const nothing = Buffer.alloc(0)
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
