import { describe, expect, it } from 'vitest'
import { clockTime, dateTime, parseSince } from './local-time.ts'
import { createOut } from './output.ts'
import { paint } from './paint.ts'
import { toFacts, toTable } from './table.ts'

function write(env: Record<string, string>, isTTY: boolean, text: string): string {
  let written = ''
  const stream = {
    isTTY,
    write(piece: string) {
      written += piece
      return true
    },
  }
  createOut(stream as never, env).line(text)
  return written
}

const utf8 = { LANG: 'en_NZ.UTF-8' }

describe('a line', () => {
  it('has colour only on a terminal and not with NO_COLOR or a dumb terminal', () => {
    const text = `a ${paint('red', 'b')}`
    expect([
      write(utf8, true, text),
      write(utf8, false, text),
      write({ ...utf8, NO_COLOR: '1' }, true, text),
      write({ ...utf8, TERM: 'dumb' }, true, text),
    ]).toEqual(['a \x1b[31mb\x1b[0m\n', 'a b\n', 'a b\n', 'a b\n'])
  })

  it('takes no escape sequence from outside, colour or not', () => {
    expect(write(utf8, true, 'x\x1b[2Jy\x1b[8mz')).toBe('xyz\n')
  })

  it('uses ASCII for REEF’s own signs without UTF-8, and leaves people’s words alone', () => {
    expect(write({ LC_ALL: 'C', LANG: 'en_NZ.UTF-8' }, false, '✓ done · Café …')).toBe('+ done - Café ...\n')
  })
})

describe('a table', () => {
  it('aligns by what is seen, cuts what is long, and says when it is empty', () => {
    const columns = [
      { head: 'a', cell: (row: string) => paint('red', row) },
      { head: 'n', cell: (row: string) => String(row.length), align: 'right' as const },
      { head: 'b', cell: (row: string) => `${row} ${row}`, max: 6 },
    ]
    expect(toTable(['x', 'yyyy'], columns, 'None.').map((line) => line.replace(/[\uE0EF-\uE0FF]/g, ''))).toEqual([
      'A     N  B',
      'x     1  x x',
      'yyyy  4  yyyy…',
    ])
    expect(toTable([], columns, 'None.')).toEqual(['None.'])
  })

  it('of facts leaves out what is not known and indents what has several lines', () => {
    expect(
      toFacts([
        ['name', 'x'],
        ['gone', null],
        ['many lines', 'a\nb'],
      ]),
    ).toEqual(['name        x', 'many lines  a\n            b'])
  })
})

describe('a time', () => {
  it('is local to the factory’s zone, across its daylight saving', () => {
    expect([dateTime(Date.UTC(2026, 1, 2, 23, 1, 7), 'Pacific/Auckland'), clockTime(Date.UTC(2026, 6, 2, 12, 0, 0), 'Pacific/Auckland')]).toEqual([
      '2026-02-03 12:01:07',
      '00:00:00',
    ])
  })

  it('is read from an age, a date or an ISO time, and from nothing else', () => {
    const now = Date.UTC(2026, 1, 2)
    expect([
      parseSince('24h', now),
      parseSince('2026-02-01', now),
      parseSince('2026-02-01T10:00:00+13:00', now),
      parseSince('yesterday', now),
      parseSince('5', now),
    ]).toEqual([Date.UTC(2026, 1, 1), Date.UTC(2026, 1, 1), Date.UTC(2026, 0, 31, 21), undefined, undefined])
  })
})
