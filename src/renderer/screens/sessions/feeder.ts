export type FeederDeps = {
  /** Writes to the terminal; `done` is called when that much has been read by it. */
  readonly write: (text: string, done: () => void) => void
  /** Called after each change of what is held back. */
  readonly onHeld: (held: Held) => void
  readonly setTimer: (call: () => void, ms: number) => unknown
  readonly clearTimer: (timer: unknown) => void
}
export type Held = { readonly lines: number; readonly more: boolean }

/** At most thirty writes a second: more cannot be read, and twelve terminals share one thread (T2). */
const PACE_MS = 33
/** With a whole piece waiting nothing is gained by gathering more: the terminal draws once a frame however often it is written to. */
const FLOOD_PACE_MS = 4
/** What the terminal has not read yet may not grow past this (T1: at most 200 000). */
const HIGH = 100_000
const LOW = 60_000
/** One write; also what a paused reader gets when he comes to the end of what is there. */
const PIECE = 48_000
/** What waits here before whoever brings text is made to wait. */
const ROOM = 256_000

/**
 * Between a record and a terminal: gathers text, writes in pieces at a steady pace, stops while the terminal is behind
 * or the reader has paused, and makes the source wait when there is no room. Order is kept and nothing is dropped.
 */
export function createFeeder(deps: FeederDeps) {
  let queue: string[] = []
  let length = 0
  let lines = 0
  let unread = 0
  let paused = false
  let timer: unknown
  let closed = false
  let waiting: Array<() => void> = []

  const schedule = () => {
    if (timer !== undefined || closed || paused || length === 0 || unread > HIGH) return
    timer = deps.setTimer(flush, length < PIECE ? PACE_MS : FLOOD_PACE_MS)
  }
  function flush(): void {
    timer = undefined
    if (closed || paused) return
    while (length > 0 && unread <= HIGH) writePiece()
    schedule()
  }
  function writePiece(): void {
    const text = cut(queue.join(''))
    unread += text.length
    deps.write(text, () => {
      unread -= text.length
      if (unread <= LOW) schedule()
    })
    tell()
    if (length < ROOM) for (const resolve of waiting.splice(0)) resolve()
  }
  /** Takes one piece off the queue; never between the two halves of a character. */
  function cut(all: string): string {
    const code = all.charCodeAt(PIECE - 1)
    const end = code >= 0xd800 && code <= 0xdbff ? PIECE + 1 : PIECE
    const rest = all.slice(end)
    queue = rest === '' ? [] : [rest]
    length = rest.length
    lines = countLines(rest)
    return all.slice(0, end)
  }
  const tell = () => deps.onHeld({ lines: paused ? lines : 0, more: paused && length >= ROOM })
  return {
    /** Resolves when there is room for more. */
    push(text: string): Promise<void> {
      queue.push(text)
      length += text.length
      lines += countLines(text)
      if (paused) tell()
      schedule()
      if (length < ROOM || closed) return Promise.resolve()
      return new Promise((resolve) => waiting.push(resolve))
    },
    pause(): void {
      paused = true
      tell()
    },
    resume(): void {
      paused = false
      tell()
      schedule()
    },
    /** While paused: writes one piece, for a reader who has come to the end. False when nothing is held. */
    release(): boolean {
      if (length === 0) return false
      if (unread <= HIGH) writePiece()
      return true
    },
    close(): void {
      closed = true
      if (timer !== undefined) deps.clearTimer(timer)
      for (const resolve of waiting) resolve()
      waiting = []
    },
  }
}

function countLines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++
  return count
}
