import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogChunk, SessionView } from '../../../contract/index.ts'
import { createFeeder } from './feeder.ts'
import { type FollowState, followRecord } from './follower.ts'
import { orderSessions, toEnd, toGrid } from './sessions.select.ts'

const toRefusal = (error: unknown) => ({ code: error instanceof Error ? error.message : 'internal', message: 'lost' })
const pause = () => Promise.resolve()

/** A line that breaks: each reading gives a few pieces, some of them again, and then fails, ends or goes on after a hole. */
type Fault = { readonly pieces: number; readonly size: number; readonly back: number; readonly end: 'throws' | 'ends' | 'hole' }

function createLine(record: string, faults: readonly Fault[]) {
  let reading = 0
  return async (from: number): Promise<AsyncIterable<LogChunk>> => {
    const fault = faults[reading++]
    return (async function* () {
      if (!fault) {
        yield { offset: from, text: record.slice(from), ended: true }
        return
      }
      let at = Math.max(0, from - fault.back)
      for (let i = 0; i < fault.pieces; i++) {
        const text = record.slice(at, at + fault.size)
        yield { offset: at, text, ended: false }
        at += text.length
      }
      if (fault.end === 'throws') throw new Error('connection')
      if (fault.end === 'hole') yield { offset: at + 3, text: record.slice(at + 3, at + 9), ended: false }
    })()
  }
}

describe('following a record', () => {
  it('U-91: gives every unit once and in order, whatever the line does', async () => {
    const fault = fc.record({
      pieces: fc.nat(4),
      size: fc.integer({ min: 1, max: 9 }),
      back: fc.nat(6),
      end: fc.constantFrom('throws' as const, 'ends' as const, 'hole' as const),
    })
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 120 }), fc.array(fault, { maxLength: 8 }), fc.nat(20), async (record, faults, start) => {
        const from = Math.min(start, record.length)
        let got = ''
        const take = (text: string) => {
          got += text
        }
        const end = await followRecord(
          { open: createLine(record, faults), take, toRefusal, onState: () => undefined, pause },
          from,
          new AbortController().signal,
        )
        expect([got, end]).toEqual([record.slice(from), record.length])
      }),
    )
  })

  it('says that it lost the line and that it has it again, and stops trying where there is no such session', async () => {
    const states: string[] = []
    const onState = (state: FollowState) => states.push(state.kind)
    await followRecord(
      { open: createLine('abc', [{ pieces: 1, size: 2, back: 0, end: 'throws' }]), take: () => undefined, toRefusal, onState, pause },
      0,
      new AbortController().signal,
    )
    expect(states).toEqual(['following', 'lost', 'ended'])
    let asked = 0
    const unknown = async () => {
      asked += 1
      throw new Error('session/unknown')
    }
    await followRecord({ open: unknown, take: () => undefined, toRefusal, onState: () => undefined, pause }, 0, new AbortController().signal)
    expect(asked).toBe(1)
  })

  it('reads no further than what is taken: a slow terminal slows the reading', async () => {
    const stop = new AbortController()
    let read = 0
    const open = async () =>
      (async function* () {
        for (let i = 0; i < 100; i++) {
          read += 1
          yield { offset: i, text: 'x', ended: false }
        }
      })()
    const take = () => (read === 5 ? new Promise<void>(() => undefined) : undefined)
    void followRecord({ open, take, toRefusal, onState: () => undefined, pause }, 0, stop.signal)
    for (let i = 0; i < 50; i++) await Promise.resolve()
    expect(read).toBe(5)
    stop.abort()
  })
})

/** A terminal that reads when it is told to, and a clock moved by hand. */
function createBench() {
  const timers: Array<() => void> = []
  const unread: Array<() => void> = []
  let written = ''
  let held = { lines: 0, more: false }
  const feeder = createFeeder({
    write: (text, done) => {
      written += text
      unread.push(done)
    },
    onHeld: (now) => {
      held = now
    },
    setTimer: (call) => timers.push(call),
    clearTimer: () => timers.splice(0),
  })
  return {
    feeder,
    tick: () => {
      for (const call of timers.splice(0)) call()
    },
    read: () => {
      for (const done of unread.splice(0)) done()
    },
    written: () => written,
    held: () => held,
    pieces: () => unread.length,
  }
}

describe('feeding a terminal (U-92)', () => {
  it('gathers what comes within a tick into one write', () => {
    const bench = createBench()
    void bench.feeder.push('one ')
    void bench.feeder.push('two ')
    expect(bench.written()).toBe('')
    bench.tick()
    expect([bench.written(), bench.pieces()]).toEqual(['one two ', 1])
  })

  it('T1: never lets the terminal fall more than 200,000 units behind, and loses nothing', async () => {
    const bench = createBench()
    const flood = 'x'.repeat(1_000_000)
    const room = bench.feeder.push(flood)
    let waited = true
    void room.then(() => {
      waited = false
    })
    bench.tick()
    await Promise.resolve()
    expect(bench.written().length).toBeLessThanOrEqual(200_000)
    expect(waited).toBe(true)
    for (let i = 0; i < 100; i++) {
      bench.read()
      bench.tick()
    }
    await room
    expect(bench.written()).toBe(flood)
  })

  it('never cuts a character in two', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), (shift) => {
        const bench = createBench()
        const text = `${'a'.repeat(47_998 + shift)}😀😀${'b'.repeat(10)}`
        void bench.feeder.push(text)
        const pieces: string[] = []
        let before = 0
        for (let i = 0; i < 4; i++) {
          bench.feeder.release()
          pieces.push(bench.written().slice(before))
          before = bench.written().length
        }
        expect(pieces.filter((piece) => /[\ud800-\udbff]$/.test(piece))).toEqual([])
        expect(pieces.join('')).toBe(text)
      }),
    )
  })

  it('U-94: holds back while the reader has paused, says how many lines, and gives them all when he follows again', () => {
    const bench = createBench()
    bench.feeder.pause()
    void bench.feeder.push('a\nb\n')
    void bench.feeder.push('c\n')
    bench.tick()
    expect([bench.written(), bench.held()]).toEqual(['', { lines: 3, more: false }])
    bench.feeder.resume()
    bench.tick()
    expect([bench.written(), bench.held()]).toEqual(['a\nb\nc\n', { lines: 0, more: false }])
  })

  it('gives a paused reader who came to the end the next piece only', () => {
    const bench = createBench()
    bench.feeder.pause()
    void bench.feeder.push('x'.repeat(60_000))
    expect([bench.feeder.release(), bench.written().length]).toEqual([true, 48_000])
    expect([bench.feeder.release(), bench.written().length, bench.feeder.release()]).toEqual([true, 60_000, false])
  })

  it('lets go of whoever waits when it is closed', async () => {
    const bench = createBench()
    bench.feeder.pause()
    const room = bench.feeder.push('x'.repeat(400_000))
    bench.feeder.close()
    await room
    expect(bench.written()).toBe('')
  })
})

describe('the list of sessions', () => {
  const session = (n: number, change: Partial<SessionView> = {}): SessionView =>
    ({ id: `ses_${String(n).padStart(26, '0')}`, role: 'builder', state: 'running', outcome: null, exitCode: null, ...change }) as SessionView

  it('has what runs on top, oldest first, and what ended below, newest first', () => {
    const list = [session(1, { state: 'ended' }), session(4), session(2, { state: 'lost' }), session(3, { state: 'launching' })]
    expect(orderSessions(list).map((one) => Number(one.id.slice(4)))).toEqual([3, 4, 2, 1])
  })

  it('shows what was chosen, else up to four that run, else the last one that ran; products only when nothing else runs', () => {
    const running = [1, 2, 3, 4, 5].map((n) => session(n))
    const ids = (list: readonly SessionView[]) => list.map((one) => Number(one.id.slice(4)))
    expect(ids(toGrid(running, []))).toEqual([1, 2, 3, 4])
    expect(ids(toGrid(running, [running[4]?.id ?? '']))).toEqual([5])
    expect(ids(toGrid([session(9, { role: 'product' }), ...running.slice(0, 1)], []))).toEqual([1])
    expect(ids(toGrid([session(8, { state: 'ended' }), session(7, { state: 'ended' })], []))).toEqual([8])
  })

  it('says how one ended, once', () => {
    expect(toEnd(session(1))).toBe(null)
    expect(toEnd(session(1, { state: 'ended', outcome: 'finished, exit 0', exitCode: 0 }))).toBe('finished, exit 0')
    expect(toEnd(session(1, { state: 'ended', outcome: 'stopped by you', exitCode: 143 }))).toBe('stopped by you · exit 143')
  })
})
