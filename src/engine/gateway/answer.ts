import type { ServerResponse } from 'node:http'
import type { Fold } from './usage/fold.ts'
import type { Frame } from './usage/frames.ts'

/**
 * Carries an answer, whose head is written, to the caller as it comes, reading its usage on the way. False means that he takes no
 * more for now, so that the provider waits too and nothing piles up. `hide` leaves out a frame that he did not ask for; everything
 * else is untouched.
 */
export function createCarrier(response: ServerResponse, fold: Fold, hide: ((frame: Frame) => boolean) | undefined) {
  let isEnding = false
  const sendFrames = (frames: readonly Frame[]): boolean => {
    let more = true
    for (const frame of frames) if (!hide?.(frame)) more = response.write(frame.raw)
    return more
  }
  // The head goes with the first bytes where those come in the same turn, else at once: a program's clock for the first byte runs from
  // here. An answer that has come whole already goes in one piece.
  setImmediate(() => {
    if (!isEnding && !response.destroyed) response.flushHeaders()
  })
  return {
    take(chunk: Buffer, resume: () => void): boolean {
      const frames = fold.push(chunk)
      const more = hide ? sendFrames(frames) : response.write(chunk)
      if (!more) response.once('drain', resume)
      return more
    },
    /** Reads the last of it, and answers what the caller is still to be given. */
    end(last: Buffer): Buffer {
      isEnding = true
      const frames = [...fold.push(last), ...fold.end()]
      return hide ? Buffer.concat(frames.filter((frame) => !hide(frame)).map(({ raw }) => raw)) : last
    },
  }
}

/** Answers that have come whole in one turn leave at its end: callers who are let go together come back together, and are served as one. */
let leaving: Array<() => void> = []
function leave(go: () => void): void {
  if (leaving.push(go) > 1) return
  setImmediate(() => {
    const all = leaving
    leaving = []
    for (const one of all) one()
  })
}

/** Ends an answer with its last bytes. Comes back when they have left, or when nobody takes them: the caller hung up, or the time is over. */
export function flush(response: ServerResponse, signal: AbortSignal, last?: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', giveUp)
      resolve()
    }
    const giveUp = () => void response.destroy()
    signal.addEventListener('abort', giveUp)
    response.once('close', done)
    response.once('finish', done)
    leave(() => {
      // Where its bill has failed meanwhile, he has been told so.
      if (!response.writableEnded) response.end(last)
      if (response.destroyed) done()
      else if (signal.aborted) giveUp()
    })
  })
}

/** The additional chunk that `include_usage` brings: no choice in it, only figures. */
export function isUsageChunk(frame: Frame): boolean {
  if (!frame.latin1.includes('"usage"')) return false
  try {
    const { choices, usage } = JSON.parse(frame.data) as { choices?: unknown; usage?: unknown }
    return Array.isArray(choices) && choices.length === 0 && usage != null
  } catch {
    // Not ours to judge; it goes to the caller as it is.
    return false
  }
}
