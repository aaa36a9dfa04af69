import { describe, expect, it } from 'vitest'
import { createTerminal, stripEscapes, toLastLine } from './terminal.ts'

const plain = (text: string) => stripEscapes(text).replaceAll('\r\n', '\n')

describe('the terminal of a program that has none (R-084)', () => {
  it('shows what is said as it comes, and not twice', () => {
    const show = createTerminal()
    const pieces = [
      show({ kind: 'piece', text: 'Hel' }),
      show({ kind: 'piece', text: 'lo' }),
      show({ kind: 'said', text: 'Hello' }),
      show({ kind: 'said', text: 'Again' }),
    ]
    expect(plain(pieces.map(({ text }) => text).join(''))).toBe('Hello\nAgain\n')
  })

  it('begins a tool on a line of its own, marks it, and indents what came of it', () => {
    const show = createTerminal()
    show({ kind: 'piece', text: 'I will' })
    const start = show({ kind: 'tool-start', id: '1', line: '$ npm test' })
    expect({ text: plain(start.text), mark: start.mark }).toEqual({ text: '\n$ npm test\n', mark: '$ npm test' })
    expect(plain(show({ kind: 'tool-end', id: '1', output: 'a\nb\n', failed: true }).text)).toBe('  a\n  b\n  ✕ failed\n')
    expect(show({ kind: 'tool-end', id: '1', output: '', failed: false }).text).toBe('')
  })

  it('leaves out the middle of a long output and says so', () => {
    const text = plain(createTerminal()({ kind: 'tool-end', id: '1', output: 'x'.repeat(100_000), failed: false }).text)
    expect(text.length).toBeLessThan(17_000)
    expect(text).toContain('… 84000 characters left out …')
  })

  it('knows the last line a person would read', () => {
    expect(toLastLine('one\r\n\x1b[32mtwo\x1b[0m  \r\n\r\n')).toBe('two')
    expect(toLastLine('\x1b]0;title\x07\x1b[2J')).toBeNull()
  })
})
