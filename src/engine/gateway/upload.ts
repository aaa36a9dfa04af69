import type { IncomingMessage } from 'node:http'
import { createRequestBody, type Known, UnreadableBody, type UsageWish } from './request-body.ts'

export class TooLarge extends Error {}

/** A request body that is held back until its model is known, and then streams. */
export type Upload = {
  readonly known: Known
  /** Bytes that will be sent, where that is known before they are. */
  readonly length: number | undefined
  /** True when the usage chunk of the answer was asked for on the caller's behalf. */
  readonly injected: () => boolean
  readonly asksHourCache: () => boolean
  /** Bytes that came so far. */
  readonly received: () => number
  /** True when all of it came. */
  readonly complete: () => boolean
  /** To be read once. */
  readonly body: AsyncIterable<Buffer>
  /** Reads what is left to nowhere, so that the connection can carry the next call. */
  discard(): Promise<void>
}

/** Nearly every body is smaller and goes out with its exact length; a longer one streams, and is held whole only while no model was named. */
const HOLD_BYTES = 1024 * 1024

/**
 * Reads a request until its model is known. Throws UnreadableBody and TooLarge; what comes later than the model throws them
 * while it is sent. With a wish about usage the whole body is looked at before it goes, up to a megabyte.
 */
export async function readUpload(request: IncomingMessage, { usage, maxBytes }: { usage: UsageWish; maxBytes: number }): Promise<Upload> {
  const reader = createRequestBody({ usage })
  const source = request.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const held: Buffer[] = []
  let heldBytes = 0
  let received = 0
  let complete = false

  try {
    while (!complete && (reader.known().model === undefined || (usage !== 'leave' && heldBytes < HOLD_BYTES))) {
      for (const piece of await pull()) {
        held.push(piece)
        heldBytes += piece.length
      }
    }
  } catch (error) {
    if (error instanceof UnreadableBody || error instanceof TooLarge) await discard()
    throw error
  }
  const declared = Number(request.headers['content-length'])
  const length = complete ? heldBytes : usage !== 'leave' || !Number.isInteger(declared) ? undefined : declared

  return {
    known: reader.known(),
    length,
    injected: reader.injected,
    asksHourCache: () => reader.known().asksHourCache,
    received: () => received,
    complete: () => complete,
    discard,
    body: {
      async *[Symbol.asyncIterator]() {
        for (let piece = held.shift(); piece; piece = held.shift()) yield piece
        while (!complete) yield* await pull()
      },
    },
  }

  async function pull(): Promise<Buffer[]> {
    const chunk = await take()
    return chunk ? reader.push(chunk) : []
  }

  async function take(): Promise<Buffer | undefined> {
    const next = await source.next()
    if (next.done) {
      // A caller that hung up has not finished, even where the stream ends quietly.
      if (!request.complete) throw new Error('the caller hung up')
      complete = true
      return undefined
    }
    received += next.value.length
    if (received > maxBytes) throw new TooLarge()
    return next.value
  }

  async function discard(): Promise<void> {
    try {
      while (!complete && !request.destroyed) complete = (await source.next()).done === true
    } catch {
      // He left: the connection is not worth keeping.
      request.destroy()
    }
  }
}
