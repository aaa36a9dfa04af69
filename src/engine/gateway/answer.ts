import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import type { Fold } from './usage/fold.ts'
import type { Frame } from './usage/frames.ts'

/** The bytes of an answer, uncompressed: asked for plain, some providers compress all the same. */
export function toPlain(body: Readable, encoding: string | undefined): Readable {
  const decoders: Record<string, () => NodeJS.ReadWriteStream> = {
    gzip: createGunzip,
    'x-gzip': createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
    zstd: createZstdDecompress,
  }
  const decoder = decoders[encoding?.trim().toLowerCase() ?? '']?.()
  if (!decoder) return body
  body.on('error', (error) => (decoder as unknown as Readable).destroy(error))
  return body.pipe(decoder) as unknown as Readable
}

/**
 * Carries an answer to the caller as it comes, reading its usage on the way. Waits for a slow caller, so that the provider
 * waits too and nothing piles up. `hide` leaves out a frame that the caller did not ask for; everything else is untouched.
 */
export async function carry(
  body: AsyncIterable<Buffer>,
  response: ServerResponse,
  { fold, hide, signal, onFirstByte }: { fold: Fold; hide: ((frame: Frame) => boolean) | undefined; signal: AbortSignal; onFirstByte: () => void },
): Promise<void> {
  const send = async (bytes: Buffer) => {
    if (bytes.length > 0 && !response.write(bytes)) await once(response, 'drain', { signal })
  }
  const sendFrames = async (frames: readonly Frame[], skip: (frame: Frame) => boolean) => {
    for (const frame of frames) if (!skip(frame)) await send(frame.raw)
  }
  for await (const chunk of body) {
    onFirstByte()
    const frames = fold.push(chunk)
    if (hide) await sendFrames(frames, hide)
    else await send(chunk)
  }
  const rest = fold.end()
  if (hide) await sendFrames(rest, hide)
}

/** Ends an answer. Comes back when the last bytes have left, or when nobody takes them: the caller hung up, or the time is over. */
export function flush(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', giveUp)
      resolve()
    }
    const giveUp = () => void response.destroy()
    signal.addEventListener('abort', giveUp)
    response.once('close', done)
    response.once('finish', done)
    response.end()
    if (response.destroyed) done()
    else if (signal.aborted) giveUp()
  })
}

/** The additional chunk that `include_usage` brings: no choice in it, only figures. */
export function isUsageChunk(frame: Frame): boolean {
  if (!frame.data.includes('"usage"')) return false
  try {
    const { choices, usage } = JSON.parse(frame.data) as { choices?: unknown; usage?: unknown }
    return Array.isArray(choices) && choices.length === 0 && usage != null
  } catch {
    // Not ours to judge; it goes to the caller as it is.
    return false
  }
}
