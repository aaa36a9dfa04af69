import type { FeedMessage, Pulse, ReefEvent, Snapshot } from '../../contract/index.ts'

export type FeedDeps = {
  readonly listen: (listener: (event: ReefEvent) => void) => () => void
  readonly lastSeq: () => number
  /** Events after a position, oldest first, at most `limit`. */
  readonly since: (seq: number, limit: number) => ReefEvent[]
  readonly snapshot: () => Snapshot
  readonly pulse: () => Pulse
}

/** One frame of a 60 Hz screen. */
const BATCH_MS = 16
const PULSE_MS = 1000
/** A face that was away for longer starts from a snapshot, and so does one that does not keep up. */
const MOST_MISSED = 1000
const MOST_WAITING = 20_000

/** The one ordered stream behind every live screen: a snapshot or what was missed, then events in batches, and a pulse every second. */
export function createFeed({ listen, lastSeq, since, snapshot, pulse }: FeedDeps) {
  function* begin(from: number | undefined): Generator<FeedMessage> {
    const now = lastSeq()
    if (from !== undefined && from <= now && now - from <= MOST_MISSED) {
      const events = since(from, MOST_MISSED)
      if (events.length > 0) yield { kind: 'events', events }
    } else yield { kind: 'snapshot', seq: now, snapshot: snapshot() }
    yield { kind: 'pulse', pulse: pulse() }
  }

  return {
    async *subscribe(from: number | undefined, signal: AbortSignal): AsyncGenerator<FeedMessage> {
      let waiting: ReefEvent[] = []
      let overflowed = false
      let wake: (() => void) | undefined
      const unlisten = listen((event) => {
        if (waiting.length >= MOST_WAITING) overflowed = true
        else waiting.push(event)
        wake?.()
      })
      const stop = () => wake?.()
      signal.addEventListener('abort', stop, { once: true })
      try {
        let seq = lastSeq()
        yield* begin(from)
        let nextPulse = Date.now() + PULSE_MS
        while (!signal.aborted) {
          if (waiting.length === 0) {
            await new Promise<void>((resolve) => {
              const timer = setTimeout(resolve, Math.max(0, nextPulse - Date.now()))
              wake = () => {
                clearTimeout(timer)
                // Whatever comes within one frame goes out together.
                setTimeout(resolve, signal.aborted ? 0 : BATCH_MS)
                wake = undefined
              }
            })
            wake = undefined
          }
          if (signal.aborted) return
          if (overflowed) {
            overflowed = false
            waiting = []
            seq = lastSeq()
            yield { kind: 'snapshot', seq, snapshot: snapshot() }
          }
          const events = waiting.filter((event) => event.seq > seq)
          waiting = []
          const last = events.at(-1)
          if (last) {
            seq = last.seq
            yield { kind: 'events', events }
          }
          if (Date.now() >= nextPulse) {
            nextPulse = Date.now() + PULSE_MS
            yield { kind: 'pulse', pulse: pulse() }
          }
        }
      } finally {
        unlisten()
        signal.removeEventListener('abort', stop)
      }
    },
  }
}
export type Feed = ReturnType<typeof createFeed>
