import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMask, MASKED } from './mask.ts'

const secret = 'reef_token_0123456789abcdef'

describe('masking (U-96)', () => {
  it('hides the given secrets and what looks like a provider’s key', () => {
    const mask = createMask([secret])
    const keys = [secret, `sk-ant-${'a1'.repeat(12)}`, `AKIA${'A1B2'.repeat(4)}`, `ghp_${'x9'.repeat(18)}`]
    for (const key of keys) expect(mask.whole(`a ${key}, b`)).toBe(`a ${MASKED}, b`)
    for (const word of ['risk-assessment-of-1-long-title', 'sk-learn-estimators-and-pipelines', 'task-force']) expect(mask.whole(word)).toBe(word)
  })

  it('hides them wherever the stream is cut and loses nothing else', () => {
    const piece = fc.oneof(fc.constant(secret), fc.constant('reef_token_'), fc.constant(' '), fc.constant('\r\n'), fc.string({ maxLength: 12 }))
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(30), { maxLength: 40 }), (pieces, cuts) => {
        const text = pieces.join('')
        const mask = createMask([secret])
        let out = ''
        let at = 0
        for (const cut of cuts) {
          out += mask.push(text.slice(at, at + cut))
          at = Math.min(text.length, at + cut)
        }
        out += mask.push(text.slice(at)) + mask.flush()
        expect(out).toBe(text.replaceAll(secret, MASKED))
      }),
    )
  })

  it('never shows a whole secret, even when what is held must be shown in between', () => {
    fc.assert(
      fc.property(fc.nat(secret.length - 1), fc.boolean(), (cut, flush) => {
        const mask = createMask([secret])
        let out = mask.push(`x ${secret.slice(0, cut)}`)
        if (flush) out += mask.flush()
        out += mask.push(`${secret.slice(cut)} y`) + mask.flush()
        expect(out).not.toContain(secret)
        expect(out.endsWith(' y')).toBe(true)
        if (cut > 0 && flush) expect(out).toBe(`x ${secret.slice(0, cut)}${MASKED} y`)
      }),
    )
  })

  it('holds back a word only while it may become one', () => {
    const mask = createMask([secret])
    expect(mask.push('$ ')).toBe('$ ')
    expect(mask.isHolding()).toBe(false)
    expect(mask.push('ree')).toBe('')
    expect(mask.isHolding()).toBe(true)
    expect(mask.flush()).toBe('ree')
    expect(mask.push('f on the beach\n')).toBe('f on the beach\n')
  })
})
