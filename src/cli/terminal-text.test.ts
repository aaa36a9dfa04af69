import { describe, expect, it } from 'vitest'
import { createStripper, showControls, stripControls } from './terminal-text.ts'

describe('text from outside', () => {
  it('loses every escape sequence and control character and keeps its words', () => {
    expect(
      stripControls('\x1b[1;31mred\x1b[0m \x1b]0;title\x07bell\x07 \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ \x1bPq\x1b\\\x9b2Jx\r\n\tend\x08\x00\x7f'),
    ).toBe('red bell link x\n\tend')
  })

  it('loses direction overrides, which make text read as what it is not', () => {
    expect(stripControls('a\u202eb\u2066c')).toBe('abc')
  })

  it('shows what is hidden where something is decided', () => {
    expect(showControls('rm\x1b[2K\u202ex')).toBe(String.raw`rm\x1b[2K\u202ex`)
  })

  it('is stripped the same in whichever pieces it comes', () => {
    const text = 'one \x1b[38;5;12mtwo\x1b[0m\r\nthree\x1b]0;a title\x07 four\x1b(B five\r\n'
    const whole = stripControls(text)
    for (let size = 1; size <= text.length; size++) {
      const stripper = createStripper()
      let got = ''
      for (let at = 0; at < text.length; at += size) got += stripper.take(text.slice(at, at + size))
      expect(got + stripper.end(), `pieces of ${size}`).toBe(whole)
    }
  })

  it('is not held back by a sequence that never ends', () => {
    const stripper = createStripper()
    const got = stripper.take(`\x1b]0;${'x'.repeat(20_000)}`) + stripper.take('after')
    expect(got).toContain('after')
  })
})
