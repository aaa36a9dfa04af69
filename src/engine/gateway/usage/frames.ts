/** One whole frame of a stream: the bytes as they came, and what they say. */
export type Frame = { readonly raw: Buffer; readonly data: string }
export type Frames = { push(chunk: Buffer): Frame[]; end(): Frame[] }

/** A frame beyond this is not looked into; its bytes are not held back either. */
const MOST_HELD = 16 * 1024 * 1024

/** Server-sent events: frames end with an empty line. Comments and field names other than `data` say nothing here. */
export function createEventFrames(): Frames {
  return createCutter({
    endsFrame: (line, frame) => line.length === 0 && frame,
    toData: (text) =>
      text
        .split('\n')
        .flatMap((line) => (line.startsWith('data:') ? [line.slice(line[5] === ' ' ? 6 : 5).replace(/\r$/, '')] : []))
        .join('\n'),
  })
}

/** One JSON object a line. */
export function createLineFrames(): Frames {
  return createCutter({ endsFrame: (line) => line.length > 0, toData: (text) => text.trim() })
}

type Cut = { endsFrame(line: Buffer, hasContent: boolean): boolean; toData(text: string): string }

/** Every byte comes out again, in order, in exactly one frame; the last one at `end`. */
function createCutter({ endsFrame, toData }: Cut): Frames {
  let held: Buffer[] = []
  let size = 0
  let lineStart: Buffer = Buffer.alloc(0)
  let hasContent = false

  return {
    push(chunk) {
      const frames: Frame[] = []
      let from = 0
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) {
        const line = lastLine(chunk, from, at)
        const ends = endsFrame(line, hasContent)
        hasContent = hasContent || line.length > 0
        if (!ends) continue
        hold(chunk.subarray(from, at + 1))
        frames.push(take())
        from = at + 1
      }
      const rest = chunk.subarray(from)
      if (rest.length > 0) {
        const newline = rest.lastIndexOf(10)
        lineStart = Buffer.from((newline >= 0 ? rest.subarray(newline + 1) : Buffer.concat([lineStart, rest.subarray(-2)])).subarray(-2))
        hold(rest)
        if (size > MOST_HELD) frames.push({ raw: take().raw, data: '' })
      }
      return frames
    },
    end: () => (size > 0 ? [take()] : []),
  }

  /** The line that the newline at `at` ends, without its carriage return; only whether it is empty matters. */
  function lastLine(chunk: Buffer, from: number, at: number): Buffer {
    const newline = chunk.lastIndexOf(10, at - 1)
    const begun = at > 0 && newline >= from
    const line = begun ? chunk.subarray(newline + 1, at) : Buffer.concat([lineStart, chunk.subarray(from, at).subarray(-2)])
    return line.length === 1 && line[0] === 13 ? line.subarray(1) : line
  }

  function hold(bytes: Buffer): void {
    held.push(bytes)
    size += bytes.length
  }

  function take(): Frame {
    const raw = held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held)
    held = []
    size = 0
    lineStart = Buffer.alloc(0)
    hasContent = false
    return { raw, data: toData(raw.toString('utf8')) }
  }
}
