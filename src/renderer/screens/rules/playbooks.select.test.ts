import { describe, expect, it } from 'vitest'
import { PlaybookInput, type PlaybookView } from '../../../contract/playbooks.ts'
import { checkTyped, emptyTyped, sorted, toEffectText, toEndOf, toUseText } from './playbooks.select.ts'

const playbook = (id: string, state: PlaybookView['state'], endedAt: number | null = null) => ({ id, state, endedAt }) as PlaybookView

it('drafts wait first, then what is in force, then what is over, the newest of each first', () => {
  const rows = [
    playbook('pbk_1', 'revoked', 5),
    playbook('pbk_2', 'active'),
    playbook('pbk_3', 'draft'),
    playbook('pbk_4', 'expired', 9),
    playbook('pbk_5', 'draft'),
    playbook('pbk_6', 'used_up', 7),
  ]
  expect(sorted(rows).map(({ id }) => id)).toEqual(['pbk_5', 'pbk_3', 'pbk_2', 'pbk_4', 'pbk_6', 'pbk_1'])
})

describe('the effect of a playbook in one sentence (U-46)', () => {
  const scope = { actions: ['deploy.local'], agents: ['Rex'], projects: ['shop'] }
  it('names who, what, where, how often, for how much and until when', () => {
    expect(toEffectText({ scope, maxUses: 5, maxUsdEach: 1, maxUsdTotal: 5 }, '3 Dec')).toBe(
      'Rex may deploy.local in shop up to 5 times, $1.00 each and $5.00 together, until 3 Dec, without asking.',
    )
  })
  it('says “any” where nothing narrows it, and “once” for a single use', () => {
    expect(toEffectText({ scope: { actions: ['a.b', 'c.d', 'e.f'], agents: [], projects: [] }, maxUses: 1, maxUsdEach: 0, maxUsdTotal: 0 }, '3 Dec')).toBe(
      'Any agent may a.b, c.d or e.f once, at no cost, until 3 Dec, without asking.',
    )
    expect(toEffectText({ scope, maxUses: 1, maxUsdEach: 2, maxUsdTotal: 9 }, '3 Dec')).toMatch(/once, for at most \$2\.00, until/)
  })
  it('counts the days of a draft from the moment it would be activated', () => {
    expect([
      toEndOf({ endedAt: null, expiresAt: null, days: 2 }, 1000),
      toEndOf({ endedAt: null, expiresAt: 77 as never, days: 2 }, 1000),
      toEndOf({ endedAt: 55 as never, expiresAt: 77 as never, days: 2 }, 1000),
    ]).toEqual([172_801_000, 77, 55])
  })
  it('says how far it is used up', () => {
    expect(toUseText({ uses: 2, maxUses: 5, usedUsd: 1.2, maxUsdTotal: 5 })).toBe('2 of 5 · $1.20 of $5.00')
  })
})

describe('a draft as it is typed', () => {
  const typed = { ...emptyTyped, name: 'Shop deploys', actions: ['deploy.local'] }
  it('becomes what the engine takes', () => {
    expect(PlaybookInput.safeParse(checkTyped(typed).input).success).toBe(true)
    expect(checkTyped(typed).errors).toEqual({})
  })
  it('is not kept without a name or an action, and wants them without blaming', () => {
    expect(checkTyped(emptyTyped)).toEqual({ input: undefined, errors: {} })
    expect(checkTyped({ ...typed, actions: [] }).input).toBeUndefined()
  })
  it.each([
    ['name', { name: 'ab' }],
    ['maxUses', { maxUses: '0' }],
    ['maxUses', { maxUses: '2.5' }],
    ['maxUses', { maxUses: '' }],
    ['maxUsdEach', { maxUsdEach: '-1' }],
    ['maxUsdTotal', { maxUsdTotal: 'five' }],
    ['maxUsdTotal', { maxUsdEach: '9', maxUsdTotal: '5' }],
    ['days', { days: '31' }],
    ['days', { days: '0' }],
  ] as const)('says at %s what is wrong with %j', (field, change) => {
    const { input, errors } = checkTyped({ ...typed, ...change })
    expect([input, Object.keys(errors)]).toEqual([undefined, [field]])
  })
})
