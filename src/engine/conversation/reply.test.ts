import { describe, expect, it } from 'vitest'
import { toPressed, toReaction, toReply } from './reply.ts'

const all = (code: string | null, verdict: 'yes' | 'no', note: string | null = null, reason = 'other') => ({ kind: 'all', code, verdict, note, reason })
const each = (code: string | null, verdicts: ReadonlyArray<readonly [number, 'yes' | 'no']>) => ({ kind: 'each', code, verdicts: new Map(verdicts) })

describe('an answer to a card (U-65, U-66)', () => {
  it.each<[string, object | undefined]>([
    ['K7Q2AB yes', all('K7Q2AB', 'yes')],
    ['yes K7Q2AB', all('K7Q2AB', 'yes')],
    ['  k7q2ab  YES. ', all('K7Q2AB', 'yes')],
    ['ok, #K7Q2AB!', all('K7Q2AB', 'yes')],
    ['approve K7Q2AB please', all('K7Q2AB', 'yes')],
    ['K7Q2AB\nyes', all('K7Q2AB', 'yes')],
    ['K7Q2AB 👍🏽', all('K7Q2AB', 'yes')],
    ['✅ K7Q2AB', all('K7Q2AB', 'yes')],
    ['K7Q2AB ❌', all('K7Q2AB', 'no')],
    ['Ｋ７Ｑ２ＡＢ yes', all('K7Q2AB', 'yes')],
    ['K7Q2AB no', all('K7Q2AB', 'no')],
    ['deny K7Q2AB', all('K7Q2AB', 'no')],
    ['no K7Q2AB too costly', all('K7Q2AB', 'no', 'too costly', 'too costly')],
    ['no K7Q2AB, it goes to the wrong customer', all('K7Q2AB', 'no', 'it goes to the wrong customer')],
    ['K7Q2AB yes yes', all('K7Q2AB', 'yes')],
    ['why K7Q2AB?', { kind: 'why', code: 'K7Q2AB' }],
    ['undo K7Q2AB', { kind: 'undo', code: 'K7Q2AB' }],
    [
      '1 yes 2 no K7Q2AB',
      each('K7Q2AB', [
        [1, 'yes'],
        [2, 'no'],
      ]),
    ],
    [
      'K7Q2AB: 1, 2 yes; 3 no',
      each('K7Q2AB', [
        [1, 'yes'],
        [2, 'yes'],
        [3, 'no'],
      ]),
    ],
    [
      'yes 1 no 2 K7Q2AB',
      each('K7Q2AB', [
        [2, 'no'],
        [1, 'yes'],
      ]),
    ],
    [
      '1👍 2👎 K7Q2AB',
      each('K7Q2AB', [
        [1, 'yes'],
        [2, 'no'],
      ]),
    ],
    ['K7Q2AB always', { kind: 'always', code: 'K7Q2AB' }],
    ['always yes K7Q2AB', { kind: 'always', code: 'K7Q2AB' }],
    ['yes', all(null, 'yes')],
    ['👍', all(null, 'yes')],
    ['1 yes', each(null, [[1, 'yes']])],
    ['K7Q2AB', { kind: 'ambiguous', code: 'K7Q2AB' }],
    ['K7Q2AB yes but only when the tests pass', { kind: 'ambiguous', code: 'K7Q2AB' }],
    ['K7Q2AB yes no', { kind: 'ambiguous', code: 'K7Q2AB' }],
    ['no wait yes K7Q2AB', { kind: 'ambiguous', code: 'K7Q2AB' }],
    ['not yes K7Q2AB', { kind: 'ambiguous', code: 'K7Q2AB' }],
    ['yes K7Q2AB and M3N4PQ', { kind: 'ambiguous', code: null }],
    ['K7Q2AB yes?', { kind: 'ambiguous', code: 'K7Q2AB' }],
    ['approve K7Q2AB？', { kind: 'ambiguous', code: 'K7Q2AB' }],
    ['1 yes 2 no K7Q2AB?', { kind: 'ambiguous', code: 'K7Q2AB' }],
    ['no? K7Q2AB', { kind: 'ambiguous', code: 'K7Q2AB' }],
    ['no K7Q2AB, is that the right customer?', all('K7Q2AB', 'no', 'is that the right customer')],
    ['1-3 yes K7Q2AB', { kind: 'ambiguous', code: 'K7Q2AB' }],
    ['no 1 – 3 K7Q2AB', { kind: 'ambiguous', code: 'K7Q2AB' }],
    ['1 yes 2 K7Q2AB', { kind: 'ambiguous', code: 'K7Q2AB' }],
    ['1 yes 1 no K7Q2AB', { kind: 'ambiguous', code: 'K7Q2AB' }],
    ['yes please do it', undefined],
    ['no idea', undefined],
    ['please build a shop', undefined],
    ['why is T4 waiting?', undefined],
  ])('reads %j', (text, expected) => {
    if (expected === undefined) expect(toReply(text)).toBeUndefined()
    else expect(toReply(text)).toMatchObject(expected)
  })

  it('takes no word of six letters for a code, so that "yes please" stays a bare yes', () => {
    expect(toReply('yes please')).toMatchObject(all(null, 'yes'))
    expect(toReply('status yes')).toBeUndefined()
  })

  it('reads words under a quoted card as an answer to it, or as nothing certain', () => {
    expect(toReply('yes', true)).toMatchObject(all(null, 'yes'))
    expect(toReply('no, too risky', true)).toMatchObject(all(null, 'no', 'too risky', 'too risky'))
    expect(toReply('hm, really?', true)).toMatchObject({ kind: 'ambiguous' })
  })

  it('knows the reactions of people of any skin, and no others (C-30)', () => {
    expect(['👍', '👍🏻', '👍🏿', '✅', '✔️', '✔'].map(toReaction)).toEqual(Array(6).fill('yes'))
    expect(['👎', '👎🏾', '❌', '✖️'].map(toReaction)).toEqual(Array(4).fill('no'))
    expect(['❤️', '😂', '🙏', '', '👍👎', 'yes'].map(toReaction)).toEqual(Array(6).fill(undefined))
  })

  it('reads a button by what it carries, not by what stands on it', () => {
    expect(toPressed('yes:K7Q2AB')).toMatchObject(all('K7Q2AB', 'yes'))
    expect(toPressed('why:K7Q2AB')).toEqual({ kind: 'why', code: 'K7Q2AB' })
    expect(['always:K7Q2AB', 'yes:K7Q2', 'YES:K7Q2AB', 'yes', 'Approve once', 'yes:K7Q2AB no'].map(toPressed)).toEqual(Array(6).fill(undefined))
  })
})
