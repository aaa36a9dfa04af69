import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createRecord } from './host/record.ts'
import { measureRecord, readRecord, seekRecord } from './record-reader.ts'

const START = Date.parse('2026-11-20T10:15:00.750Z')
let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'reef-record-'))
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: START })
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(home, { recursive: true })
})

let n = 0
function open() {
  const dir = join(home, String(n++))
  mkdirSync(dir)
  const record = createRecord(dir, { title: 'a title', cols: 80, rows: 24 }, () => undefined)
  return {
    dir,
    record,
    /** Prints and waits until it is in the record; answers when it was. */
    print(text: string): number {
      record.output(text)
      record.flush()
      return Date.now()
    },
  }
}

it('an instant leads to the first output at or after it, to the millisecond, and an instant after all of it to the end (U-93)', async () => {
  const { dir, print, record } = open()
  const first = print('one\r\n')
  vi.advanceTimersByTime(1)
  const second = print('tw😀o\r\n')
  record.mark('a call')
  vi.advanceTimersByTime(90_000)
  const third = print('\x1b[31mthree\x1b[0m')
  record.exit(0)
  const offsets = await Promise.all([0, first, first + 1, second, second + 1, third, third + 1].map((at) => seekRecord(dir, at)))
  expect(offsets).toEqual([0, 0, 5, 5, 12, 12, 26])
  expect(readRecord(dir, offsets[4] ?? 0, 100).text).toBe('\x1b[31mthree\x1b[0m')
})

it('a record that is not there yet, or whose last line is half written, has its end where that is', async () => {
  expect(await seekRecord(join(home, 'nowhere'), START)).toBe(0)
  const { dir, print } = open()
  expect(await seekRecord(dir, START)).toBe(0)
  print('whole')
  appendFileSync(join(dir, 'record.cast'), '[0.5,"o","hal')
  expect(await seekRecord(dir, START + 60_000)).toBe(5)
})

it('whatever is printed and when, an instant finds what a reader of the whole record would find', async () => {
  const printed = fc.array(fc.tuple(fc.nat(3000), fc.string({ unit: 'binary', minLength: 1, maxLength: 300 })), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(printed, fc.nat(50_000), async (pieces, after) => {
      vi.setSystemTime(START)
      const { dir, print } = open()
      const events = pieces.map(([pause, text]) => {
        vi.advanceTimersByTime(pause)
        return { at: print(text), length: text.length }
      })
      const expected = events.filter(({ at }) => at < START + after).reduce((sum, { length }) => sum + length, 0)
      expect(await seekRecord(dir, START + after)).toBe(expected)
    }),
    { numRuns: 50 },
  )
})

it('a record of many megabytes is read without holding up the engine', async () => {
  const { dir, print } = open()
  const line = `${'\x1b[32mok\x1b[0m '.repeat(10_000)}\r\n`
  for (let i = 0; i < 60; i++) {
    vi.advanceTimersByTime(1000)
    print(line)
  }
  vi.useRealTimers()
  let turns = 0
  const turning = setInterval(() => turns++)
  const offset = await seekRecord(dir, Number.MAX_SAFE_INTEGER)
  clearInterval(turning)
  expect(offset).toBe(measureRecord(dir))
  expect(turns).toBeGreaterThan(5)
})
