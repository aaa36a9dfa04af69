/** One whole frame of a stream. Nothing is copied or decoded before somebody looks: most frames are only passed on. */
export class Frame {
  /** A byte a character, so that every byte of the stream has its place in it; for searching only. */
  readonly latin1: string
  readonly #bytes: Buffer
  readonly #from: number
  readonly #to: number
  readonly #toData: (text: string) => string
  #data: string | undefined

  constructor(latin1: string, bytes: Buffer, from: number, to: number, toData: (text: string) => string) {
    this.latin1 = latin1
    this.#bytes = bytes
    this.#from = from
    this.#to = to
    this.#toData = toData
  }

  /** The bytes as they came. */
  get raw(): Buffer {
    return this.#bytes.subarray(this.#from, this.#to)
  }

  /** What it says, without the names and line ends around it. */
  get data(): string {
    this.#data ??= this.#toData(this.#bytes.toString('utf8', this.#from, this.#to))
    return this.#data
  }
}
export type Frames = { push(chunk: Buffer): Frame[]; end(): Frame[] }

/** A frame beyond this is not looked into; its bytes are not held back either. */
const MOST_HELD = 16 * 1024 * 1024
const CARRIAGE_RETURN = 13

/** Server-sent events: frames end with an empty line. Comments and field names other than `data` say nothing here. */
export function createEventFrames(): Frames {
  return createCutter({ endsFrame: (isEmpty, hasContent) => isEmpty && hasContent, toData })
}

function toData(text: string): string {
  const lines: string[] = []
  let at = text.startsWith('data:') ? 0 : toNext(text, 0)
  while (at >= 0) {
    const from = text[at + 5] === ' ' ? at + 6 : at + 5
    const end = text.indexOf('\n', from)
    const line = end < 0 ? text.slice(from) : text.slice(from, end)
    lines.push(line.endsWith('\r') ? line.slice(0, -1) : line)
    at = end < 0 ? -1 : toNext(text, end)
  }
  return lines.length === 1 ? (lines[0] as string) : lines.join('\n')
}

function toNext(text: string, from: number): number {
  const at = text.indexOf('\ndata:', from)
  return at < 0 ? -1 : at + 1
}

/** One JSON object a line. */
export function createLineFrames(): Frames {
  return createCutter({ endsFrame: (isEmpty) => !isEmpty, toData: (text) => text.trim() })
}

type Cut = { endsFrame(lineIsEmpty: boolean, hasContent: boolean): boolean; toData(text: string): string }

/** Every byte comes out again, in order, in exactly one frame; the last one at `end`. */
function createCutter({ endsFrame, toData }: Cut): Frames {
  /** The beginning of a frame that goes on in a later chunk. */
  let held: Buffer[] = []
  let size = 0
  /** Of the line under way, what came in earlier chunks: its length, and whether it is but a carriage return. */
  let lineBytes = 0
  let lineIsReturn = false
  let hasContent = false

  return {
    push(chunk) {
      const frames: Frame[] = []
      const text = chunk.toString('latin1')
      let from = 0
      let lineFrom = 0
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', lineFrom)) {
        const bytes = lineBytes + at - lineFrom
        const isEmpty = bytes === 0 || (bytes === 1 && (at > lineFrom ? text.charCodeAt(lineFrom) === CARRIAGE_RETURN : lineIsReturn))
        lineBytes = 0
        lineFrom = at + 1
        const ends = endsFrame(isEmpty, hasContent)
        hasContent ||= !isEmpty
        if (!ends) continue
        frames.push(size === 0 ? new Frame(text.slice(from, lineFrom), chunk, from, lineFrom, toData) : take(chunk.subarray(from, lineFrom)))
        from = lineFrom
        hasContent = false
      }
      if (lineFrom < text.length) {
        lineIsReturn = lineBytes === 0 && text.length - lineFrom === 1 && text.charCodeAt(lineFrom) === CARRIAGE_RETURN
        lineBytes += text.length - lineFrom
      }
      if (from < chunk.length) hold(chunk.subarray(from))
      if (size > MOST_HELD) {
        frames.push(take(undefined, () => ''))
        hasContent = false
      }
      return frames
    },
    end: () => (size > 0 ? [take()] : []),
  }

  function hold(bytes: Buffer): void {
    held.push(bytes)
    size += bytes.length
  }

  function take(last?: Buffer, read = toData): Frame {
    if (last) hold(last)
    const bytes = held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held)
    held = []
    size = 0
    return new Frame(read === toData ? bytes.toString('latin1') : '', bytes, 0, bytes.length, read)
  }
}
