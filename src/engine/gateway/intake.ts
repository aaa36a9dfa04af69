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
    take(request: IncomingMessage): Promise<{ readonly bytes: Buffer; readonly release: () => void }> {
      return new Promise((resolve, reject) => {
        const pieces: Buffer[] = []
        let size = 0
        let released = false
        const release = () => {
          if (!released) held -= size
          released = true
        }
        const add = (piece: Buffer) => {
          size += piece.length
          held += piece.length
          pieces.push(piece)
          if (size > maxBytes) fail(new TooLarge())
          else if (held > mostHeld) fail(new TooBusy())
        }
        const end = () => {
          if (!request.complete) return fail(gone)
          listen('off')
          resolve({ bytes: pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces), release })
        }
        const fail = (error: Error) => {
          listen('off')
          request.pause()
          release()
          reject(error)
        }
        // A caller that hung up has not finished, even where the stream ends quietly.
        const leave = () => fail(gone)
        const listen = (how: 'on' | 'off') => request[how]('data', add)[how]('end', end)[how]('error', fail)[how]('close', leave)
        listen('on')
      })
    },
  }
}

const gone = new Error('the caller hung up')
