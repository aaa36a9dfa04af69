import type { IncomingMessage } from 'node:http'

export class TooLarge extends Error {}
/** Too much is held for other calls at this moment. */
export class TooBusy extends Error {}

/**
 * Takes request bodies in whole, because what a call costs at most is known only then. All together they may fill
 * `mostHeld` bytes; whoever comes when there is no room is told to come again.
 */
export function createIntake({ maxBytes, mostHeld }: { maxBytes: number; mostHeld: number }) {
  let held = 0
  return {
    /** Throws TooLarge, TooBusy, and an Error when the caller hangs up. `release` is to be called when the body is no longer needed. */
    async take(request: IncomingMessage): Promise<{ readonly bytes: Buffer; readonly release: () => void }> {
      const pieces: Buffer[] = []
      let size = 0
      let released = false
      const release = () => {
        if (!released) held -= size
        released = true
      }
      try {
        for await (const piece of request.iterator({ destroyOnReturn: false })) {
          const { length } = piece as Buffer
          size += length
          held += length
          if (size > maxBytes) throw new TooLarge()
          if (held > mostHeld) throw new TooBusy()
          pieces.push(piece as Buffer)
        }
        // A caller that hung up has not finished, even where the stream ends quietly.
        if (!request.complete) throw new Error('the caller hung up')
      } catch (error) {
        release()
        throw error
      }
      return { bytes: pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces), release }
    },
  }
}
