import { describe, expect, it } from 'vitest'
import type { OversightHealth } from '../../../contract/approvals.ts'
import { isRegrettable, toGauges, toOutcomeText, toPercent } from './oversight.select.ts'

const limits = { maxOpenCards: 8, maxCardsPerHour: 6, approvalHours: 4 }
const healthy: OversightHealth = {
  since: 0 as never,
  asked: 60,
  decided: 50,
  approved: 40,
  denied: 10,
  expired: 0,
  undone: 1,
  regretted: 0,
  preauthorised: 6,
  approveRate: 0.8,
  undoRate: 0.02,
  expiredRate: 0,
  regretRate: 0,
  medianDecisionMs: 840_000,
  medianSeenMs: 8400,
  decidedBeforeHalf: 0.9,
  cardsPerHour: 1,
  alarmsPerHour: 1,
  open: 3,
  brake: false,
  shedding: null,
  byClass: [],
  suggestions: [],
  sample: [],
}
const loud = (change: Partial<OversightHealth>) =>
  toGauges({ ...healthy, ...change }, limits).flatMap(({ id, attention }) => (attention === 'quiet' ? [] : [`${id} ${attention}`]))

describe('the figures of oversight (U-118)', () => {
  it('are quiet while all is well', () => expect(loud({})).toEqual([]))

  it.each([
    ['approvals that are hardly weighed, once there are thirty of them (U-52)', { approveRate: 0.96, decided: 30 }, ['approve high']],
    ['the same of a few, which say nothing yet', { approveRate: 1, decided: 29 }, []],
    ['regret', { regretRate: 0.06 }, ['regret high']],
    ['yeses that are taken back', { undoRate: 0.12 }, ['undo high']],
    ['questions that run out', { expiredRate: 0.2 }, ['expired high']],
    ['decisions faster than a card can be read (U-52)', { brake: true, medianSeenMs: 1200 }, ['seen high']],
    ['too many open cards (U-53)', { open: 9 }, ['open high']],
    ['too many cards an hour (U-53)', { cardsPerHour: 6.5 }, ['cards high']],
    ['more alarms than the goal (U-10)', { alarmsPerHour: 7 }, ['alarms high']],
    ['more alarms than anybody can answer (U-10)', { alarmsPerHour: 13 }, ['alarms alarm']],
  ] as const)('draw the eye to %s', (_, change, expected) => expect(loud(change)).toEqual(expected))

  it('say “nothing yet” rather than nought where nothing was decided', () => {
    const none = { approveRate: null, undoRate: null, expiredRate: null, regretRate: null, medianDecisionMs: null, medianSeenMs: null, decidedBeforeHalf: null }
    const texts = toGauges({ ...healthy, ...none }, limits).filter(({ text }) => text === 'nothing yet')
    expect(texts.map(({ id }) => id)).toEqual(['approve', 'regret', 'undo', 'expired', 'half', 'decision', 'seen'])
  })

  it('have a word with each number, and a place on their scale', () => {
    for (const gauge of toGauges(healthy, limits))
      expect([gauge.id, gauge.words !== '', gauge.text !== '', gauge.max > 0]).toEqual([gauge.id, true, true, true])
  })
})

it('a trace of a share is no nought', () => expect([toPercent(0), toPercent(0.004), toPercent(0.876)]).toEqual(['0 %', '<1 %', '88 %']))

it('only what was approved and done can be regretted, and once', () => {
  expect(
    (['executed', 'failed', 'interrupted', 'denied', 'requested', 'expired'] as const).map((state) => [
      isRegrettable({ state, regrettedAt: null }),
      isRegrettable({ state, regrettedAt: 1 as never }),
    ]),
  ).toEqual([
    [true, false],
    [true, false],
    [true, false],
    [false, false],
    [false, false],
    [false, false],
  ])
  expect(toOutcomeText({ state: 'executed', outcome: 'up', regrettedAt: null })).toBe('up')
  expect(toOutcomeText({ state: 'executed', outcome: null, regrettedAt: null })).toBe('done')
  expect(toOutcomeText({ state: 'executed', outcome: 'up', regrettedAt: 1 as never })).toMatch(/should not have happened/)
})
