import { describe, expect, it } from 'vitest'
import { actionClasses, type PolicyProblem, type RaiseRule, type Tier } from '../../../contract/policies.ts'
import {
  byLine,
  type ClassRow,
  fileNamePattern,
  isRaised,
  toDeadlineText,
  toOffered,
  toQuietText,
  toRuleText,
  toSetTimes,
  toSilenceText,
  toTrialText,
  toUndoText,
} from './policy.select.ts'

const row = (change: Partial<ClassRow> = {}): ClassRow => ({
  action: 'deploy.local',
  what: 'deploy on this machine',
  tier: 'T2',
  floor: 'T1',
  deadlineMs: null,
  ifSilent: 'deny',
  template: null,
  quietHours: 'hold',
  irreversible: false,
  from: 'built in',
  ...change,
})
const times = toSetTimes([])
const words = (one: ClassRow) => [toDeadlineText(one, times), toSilenceText(one), toQuietText(one), toUndoText(one, times)]

describe('a kind of action, in words', () => {
  it('C-14: says how long there is to answer, what silence means, and never that silence is a yes', () => {
    expect(words(row())).toEqual(['4 h, as set', 'denied', 'till morning', '10 s'])
    expect(words(row({ deadlineMs: 7_200_000, ifSilent: 'template', template: 'aware', quietHours: 'run', irreversible: true }))).toEqual([
      '2 h',
      'sends “aware”',
      'runs on',
      '30 s, then final',
    ])
  })

  it('C-14: says the times that the owner set', () => {
    const set = { approvalHours: 1.5, approvalGraceSeconds: 20, irreversibleGraceSeconds: 45 }
    const own = toSetTimes(Object.entries(set).map(([key, value]) => ({ key, value, default: null, source: 'file', description: '' })))
    expect(own).toEqual(set)
    expect([toDeadlineText(row(), own), toUndoText(row(), own), toUndoText(row({ irreversible: true }), own)]).toEqual([
      '1 h 30 min, as set',
      '20 s',
      '45 s, then final',
    ])
  })

  it('what is in earnest can be taken back for a minute, whatever is set (U-51)', () => {
    const set = { ...times, approvalGraceSeconds: 5, irreversibleGraceSeconds: 5 }
    expect([toUndoText(row({ tier: 'T3' }), set), toUndoText(row({ tier: 'T3', irreversible: true }), set)]).toEqual(['60 s', '60 s, then final'])
  })

  it('says nothing of answers where nobody is asked', () => {
    for (const tier of ['T0', 'T1'] as const) expect(words(row({ tier, deadlineMs: 1, irreversible: true }))).toEqual(['–', '–', '–', '–'])
  })
})

describe('a rule that raises, as a sentence', () => {
  const rule = (when: RaiseRule['when'], tier: RaiseRule['tier'] = 'T2') => toRuleText({ when, tier })
  it.each([
    [rule({ action: ['money.spend'], amountUsdOver: 20 }), 'When the action is money.spend and it costs more than $20: at least T2, asks you first.'],
    [rule({ mentions: ['cancel', 'refund', 'lawyer'] }), 'When the text says “cancel”, “refund” or “lawyer”: at least T2, asks you first.'],
    [rule({ tainted: true }, 'up'), 'When untrusted text is in the chain: one tier more.'],
    [
      rule({ action: ['mail.*', 'post.public'], tainted: true, agent: ['Rex'], project: ['shop', 'blog'] }, 'T3'),
      'When the action is mail.* or post.public, untrusted text is in the chain, Rex asks and it is for shop or blog: at least T3, asks you first, in earnest, at the desk.',
    ],
  ])('%s', (sentence, expected) => expect(sentence).toBe(expected))
})

describe('a dry run, in words', () => {
  const changed = (...moves: ReadonlyArray<readonly [Tier, Tier]>) =>
    moves.map(([from, to], i) => ({ approvalId: `apr_${i}`, at: 0 as never, action: 'deploy.local', what: '', from, to, because: [] }))
  const trial = (actions: number, moves: ReturnType<typeof changed>, problems: PolicyProblem[] = []) => toTrialText({ actions, changed: moves, problems })
  it('tells what would have needed more of the owner from what would have needed less', () => {
    expect(trial(200, changed(['T2', 'T1'], ['T2', 'T3'], ['T2', 'T0']))).toBe(
      'Of the last 200 actions, 1 would have needed more of you and 2 would have needed less.',
    )
    expect(trial(200, changed(['T1', 'T2']))).toBe('Of the last 200 actions, 1 would have needed more of you.')
    expect(trial(1, [])).toBe('Of the last action every one would have needed what it needed.')
  })
  it('says so when there is nothing to try it on, or a problem', () => {
    expect(trial(0, [])).toMatch(/^Nothing has been asked for yet/)
    expect(trial(0, [], [{ file: 'a.yaml', line: 1, field: null, message: 'x' }])).toMatch(/while the file has problems/)
  })
  it('orders tiers by how much they ask, not by their names', () => {
    expect([isRaised({ from: 'T0', to: 'T3' }), isRaised({ from: 'T3', to: 'T2' }), isRaised({ from: 'T1', to: 'T1' })]).toEqual([true, false, false])
  })
})

it('problems stand at their lines, those of the whole file before the first', () => {
  const problem = (line: number | null, message: string): PolicyProblem => ({ file: 'a.yaml', line, field: null, message })
  const marks = byLine([problem(4, 'a'), problem(null, 'b'), problem(4, 'c')])
  expect([...marks].map(([line, all]) => [line, all.map(({ message }) => message)])).toEqual([
    [4, ['a', 'c']],
    [0, ['b']],
  ])
})

it('C-22: nothing that is T3, or can never be less, is offered for a playbook; what asks comes first', () => {
  const rows = Object.entries(actionClasses).map(([action, { floor }]) => row({ action, tier: floor, floor }))
  const offered = toOffered([...rows, row({ action: 'shop.close', tier: 'T3', floor: 'T0' })])
  expect(offered.some(({ action }) => ['data.delete', 'cap.raise', 'policy.change', 'secret.change', 'shop.close'].includes(action))).toBe(false)
  expect(offered[0]?.tier).toBe('T2')
  expect(offered.at(-1)?.tier).toBe('T0')
})

it('a new file has a plain name without folders', () => {
  const fits = ['50-shop.yaml', 'default.yaml', '../x.yaml', 'a/b.yaml', 'Shop.yaml', 'shop.yml', '.yaml'].filter((name) => fileNamePattern.test(name))
  expect(fits).toEqual(['50-shop.yaml', 'default.yaml'])
})
