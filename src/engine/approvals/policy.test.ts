import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ActionFacts, actionClasses, type PolicyFile, type RaiseRule, type Tier, tiers } from '../../contract/index.ts'
import { classify, floorOf, isBelow, mergePolicy } from './policy.ts'
import { judgePolicy } from './policy-file.ts'

const templates = new Set(['aware-and-investigating'])
const shipped = readFileSync(join(import.meta.dirname, '../../../assets/policies/default.yaml'), 'utf8')
const known = Object.keys(actionClasses)
const facts = (action: string, more: Partial<ActionFacts> = {}): ActionFacts => ({
  action,
  amountUsd: null,
  text: null,
  taintedBy: null,
  agent: 'Rex',
  project: 'shop',
  ...more,
})
const judge = (...texts: string[]) =>
  judgePolicy(
    texts.map((text, at) => ({ name: `${'abc'[at]}.yaml`, text })),
    templates,
  )
function good(...texts: string[]) {
  const judged = judge(...texts)
  if (judged.kind === 'bad') throw new Error(JSON.stringify(judged.problems))
  return judged.policy
}
const problems = (...texts: string[]) => {
  const judged = judge(...texts)
  return judged.kind === 'bad' ? judged.problems.map(({ file, line, message }) => `${file}:${line} ${message}`) : []
}
const yaml = (...lines: string[]) => ['version: 1', ...lines].join('\n')

describe('the policy that ships (AG)', () => {
  const policy = good(shipped)
  const tainted = { taintedBy: 'customer e-mail' }

  it.each<[why: string, action: string, more: Partial<ActionFacts>, tier: Tier]>([
    ['reading, research and drafts need nobody (R-169)', 'read.files', {}, 'T0'],
    ['nor when text from outside led to them, or reading a page would cost a card', 'research.web', tainted, 'T0'],
    ['a build is told afterwards (R-170)', 'build.run', {}, 'T1'],
    ['so is a deployment to staging (R-170)', 'deploy.staging', {}, 'T1'],
    ['a deployment on this machine asks', 'deploy.local', {}, 'T2'],
    ['one to customers asks (R-171)', 'deploy.production', {}, 'T2'],
    ['a letter to a customer asks (R-171)', 'mail.customer', tainted, 'T2'],
    ['a post asks (R-171)', 'post.public', {}, 'T2'],
    ['legal acts are never routine (R-172)', 'legal.act', {}, 'T3'],
    ['nor are security changes (R-172)', 'security.change', {}, 'T3'],
    ['nor deleting data (R-172)', 'data.delete', {}, 'T3'],
    ['nor the policy itself', 'policy.change', {}, 'T3'],
    ['nor a higher cap for everything', 'cap.raise', {}, 'T3'],
    ['what nobody named is T3 (R-173)', 'vendor.call', {}, 'T3'],
    ['exactly $20 is not above it (R-174)', 'build.run', { amountUsd: 20 }, 'T1'],
    ['above $20 anything asks (R-174)', 'build.run', { amountUsd: 20.01 }, 'T2'],
    ['a rollback is never raised by its cost (R-175)', 'release.rollback', { amountUsd: 5000 }, 'T0'],
    ['nor by what led to it (R-175)', 'release.rollback', tainted, 'T0'],
    ['text from outside makes routine work ask', 'branch.merge', tainted, 'T2'],
    ['and what reaches far is asked in earnest', 'money.spend', { ...tainted, amountUsd: 5 }, 'T3'],
    ['as are commands', 'command.run', tainted, 'T3'],
  ])('%s', (_why, action, more, tier) => {
    expect(classify(policy, facts(action, more)).tier).toBe(tier)
  })

  it.each([
    ['the customer is angry', 'I know that you are FURIOUS'],
    ['the customer speaks of leaving', 'before you go on with canceling'],
    ['the customer speaks of leaving', 'We saw that you are switching\nto another shop'],
    ['the customer speaks of leaving', 'can\u200bcel'],
    ['the customer speaks of leaving', 'ｃａｎｃｅｌ'],
    ['it tells the customer that it is solved', 'This has been resolved'],
  ])('says on the card why mail to a customer is looked at twice: %s (R-179)', (because, text) => {
    expect(classify(policy, facts('mail.customer', { text })).because).toContain(because)
    expect(classify(policy, facts('mail.other', { text })).because).not.toContain(because)
  })

  it('raises nothing that is asked for anyway, and says nothing of rules that do not speak', () => {
    expect(classify(policy, facts('mail.customer', { text: 'Thank you for your letter.' }))).toMatchObject({
      tier: 'T2',
      because: ['to write to a customer is T2'],
    })
    expect(classify(policy, facts('deploy.production', { amountUsd: 25 })).because).toEqual(['to deploy where customers are is T2', 'it costs more than $20'])
  })

  it('names every class of the contract, so that what the owner reads is all there is', () => {
    expect([...policy.classes.values()].filter(({ from }) => from === 'built in').map(({ action }) => action)).toEqual([])
  })
})

describe('classifying', () => {
  it('gives a class that no file names a tier of its own that is not below its floor', () => {
    const policy = good(yaml())
    for (const action of known) expect(isBelow(classify(policy, facts(action)).tier, floorOf(action))).toBe(false)
    expect(classify(policy, facts('deploy.local')).tier).toBe('T2')
  })

  it('holds a rule only when all its conditions do', () => {
    const policy = good(
      yaml(
        'raise:',
        '  - id: one',
        '    when: { action: [deploy.*], agent: [Forge], project: [bank], amountUsdOver: 1 }',
        '    tier: T3',
        '    because: all of it',
      ),
    )
    const all = { agent: 'Forge', project: 'bank', amountUsd: 2 }
    expect(classify(policy, facts('deploy.staging', all)).tier).toBe('T3')
    const other = [{ agent: 'Rex' }, { project: 'shop' }, { project: null }, { amountUsd: 1 }, { amountUsd: null }]
    expect(other.map((change) => classify(policy, facts('deploy.staging', { ...all, ...change })).tier)).toEqual(other.map(() => 'T1'))
    expect(classify(policy, facts('build.run', all)).tier).toBe('T1')
  })

  it('takes a payment that does not say how much for one above every limit', () => {
    const policy = good(yaml('classes: { money.spend: { tier: T1 } }', 'raise: [{ id: big, when: { amountUsdOver: 20 }, tier: T2, because: it is much }]'))
    expect([5, 21, null].map((amountUsd) => classify(policy, facts('money.spend', { amountUsd })).tier)).toEqual(['T1', 'T2', 'T2'])
  })

  it('counts `up` after every rule that names a tier, whatever their order in the file', () => {
    const up = '  - { id: up, when: { tainted: true }, tier: up, because: one more }'
    const two = '  - { id: two, when: { tainted: true }, tier: T2, because: at least T2 }'
    for (const lines of [
      [up, two],
      [two, up],
    ])
      expect(classify(good(yaml('raise:', ...lines)), facts('deploy.staging', { taintedBy: 'web page' })).tier).toBe('T3')
  })

  const tier = fc.constantFrom(...tiers)
  const anyClasses = fc.dictionary(fc.constantFrom(...known, 'own.action', 'other.action'), tier, { maxKeys: 12 })
  const anyRule: fc.Arbitrary<RaiseRule> = fc.record({
    id: fc.stringMatching(/^[a-z]{1,8}$/),
    when: fc.record(
      {
        action: fc.array(fc.constantFrom(...known, '*', 'deploy.*', 'own.action', 'release.rollback'), { minLength: 1, maxLength: 3 }),
        amountUsdOver: fc.integer({ min: 0, max: 100 }),
        tainted: fc.constant(true as const),
        mentions: fc.constantFrom(['cancel'], ['x y']),
      },
      { requiredKeys: [] },
    ),
    tier: fc.oneof(tier, fc.constant('up' as const)),
    because: fc.constant('because'),
  })
  const anyFacts = fc.record({
    action: fc.oneof(fc.constantFrom(...known, 'own.action', 'other.action'), fc.stringMatching(/^[a-z]{1,6}\.[a-z]{1,6}$/), fc.constant('constructor')),
    amountUsd: fc.option(fc.integer({ min: 0, max: 200 })),
    text: fc.option(fc.constantFrom('please cancel', 'X  Y', '')),
    taintedBy: fc.option(fc.constant('a web page')),
    agent: fc.constantFrom('Rex', 'Forge'),
    project: fc.option(fc.constant('shop')),
  })

  it('is never made lower by any set of rules: not below the class, not below its floor, and what is unknown stays T3 (R-173, R-175)', () => {
    fc.assert(
      fc.property(anyClasses, fc.array(anyRule, { maxLength: 8 }), anyFacts, (classes, raise, one) => {
        const rules = Object.entries(classes).map(
          ([action, own]) => [action, { tier: own, ifSilent: 'deny', quietHours: 'hold', irreversible: false }] as const,
        )
        const file = (some: readonly RaiseRule[]): PolicyFile => ({ version: 1, classes: Object.fromEntries(rules), raise: [...some] })
        const merged = mergePolicy([{ name: 'a.yaml', file: file(raise) }])
        const { tier: got, because } = classify(merged, one)
        const of = merged.classes.get(one.action)
        if (one.action === 'release.rollback') expect(got).toBe('T0')
        else if (!of) expect(got).toBe('T3')
        else {
          expect(isBelow(got, of.tier)).toBe(false)
          expect(isBelow(got, of.floor)).toBe(false)
          // Another rule never makes it less.
          for (let n = 0; n < raise.length; n++)
            expect(isBelow(got, classify(mergePolicy([{ name: 'a.yaml', file: file(raise.slice(0, n)) }]), one).tier)).toBe(false)
        }
        expect(because.length).toBeGreaterThan(0)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a policy file', () => {
  it.each([
    ['a tier below the floor', ['classes:', '  data.delete:', '    tier: T2'], ['a.yaml:4 data.delete cannot be lower than T3']],
    [
      'a rollback that would wait',
      ['classes:', '  release.rollback: { tier: T1 }'],
      ['a.yaml:3 release.rollback is T0 and nothing else: putting the version before back never waits'],
    ],
    [
      'words that go out by themselves at T3',
      ['classes:', '  legal.act:', '    tier: T3', '    ifSilent: template', '    template: aware-and-investigating'],
      ['a.yaml:5 T3 sends nothing without you, not even words that you approved before'],
    ],
    [
      'words that do not exist',
      ['classes:', '  mail.customer:', '    tier: T2', '    ifSilent: template', '    template: sorry'],
      ['a.yaml:6 there is no template sorry'],
    ],
    ['words that are not named', ['classes:', '  mail.customer: { tier: T2, ifSilent: template }'], ['a.yaml:3 say which words: template']],
    [
      'words that nothing sends',
      ['classes:', '  mail.customer: { tier: T2, template: aware-and-investigating }'],
      ['a.yaml:3 is sent only with ifSilent: template'],
    ],
    ['no time to answer', ['classes:', '  mail.other: { tier: T2, deadline: 0m }'], ['a.yaml:3 from 1m to 7d']],
    ['a tier that is none', ['classes:', '  mail.other:', '    tier: T9'], ['a.yaml:4 Invalid option: expected one of "T0"|"T1"|"T2"|"T3"']],
    ['a key that is none', ['classes:', '  mail.other:', '    tier: T2', '    teir: T1'], ['a.yaml:5 unknown key "teir"']],
    ['a name that is none', ['classes:', '  Mail: { tier: T2 }'], ['a.yaml:3 an action is named like deploy.local']],
    [
      'a rule that could never speak',
      ['raise:', '  - { id: a, when: { action: [mail.custommer] }, tier: T2, because: why not }'],
      ['a.yaml:3 no class is called mail.custommer'],
    ],
    [
      'a rule against rollbacks',
      ['raise:', '  - { id: a, when: { action: [release.rollback] }, tier: T2, because: why not }'],
      ['a.yaml:3 release.rollback is never raised'],
    ],
    ['a rule without a condition', ['raise:', '  - { id: a, when: {}, tier: T2, because: why not }'], ['a.yaml:3 a rule needs at least one condition']],
    [
      'a rule twice',
      ['raise:', ...['T2', 'T3'].map((one) => `  - { id: a, when: { tainted: true }, tier: ${one}, because: why not }`)],
      ['a.yaml:4 a stands in a.yaml already'],
    ],
    ['a class twice', ['classes:', '  mail.other: { tier: T2 }', '  mail.other: { tier: T3 }'], ['a.yaml:4 Map keys must be unique']],
    [
      'a rule with a tier that is none',
      ['raise:', '  - id: a', '    when: { tainted: true }', '    tier: down', '    because: why not'],
      ['a.yaml:5 expected one of T0, T1, T2, T3 and up'],
    ],
  ])('with %s is refused with its line (R-188)', (_what, lines, expected) => {
    expect(problems(yaml(...lines))).toEqual(expected)
  })

  it('is refused where it cannot be read at all, says nothing, or swells (R-188)', () => {
    expect(problems('version: 1\nclasses: [\n')[0]).toMatch(/^a\.yaml:3 /)
    expect(problems('')).toEqual(['a.yaml:1 a policy file begins with version: 1'])
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]', ...'bcdefgh'.split('').map((name, at) => `${name}: &${name} [${Array(10).fill(`*${'abcdefg'[at]}`).join()}]`)]
    expect(problems(yaml(...bomb))).toEqual(['a.yaml:null Excessive alias count indicates a resource exhaustion attack'])
  })

  it('shares the classes and rules with the others: each stands in one of them (R-188)', () => {
    const first = yaml('classes: { mail.other: { tier: T2 } }', 'raise: [{ id: a, when: { tainted: true }, tier: T2, because: why not }]')
    expect(problems(first, first)).toEqual(['b.yaml:2 mail.other stands in a.yaml already', 'b.yaml:3 a stands in a.yaml already'])
    const own = yaml('classes: { fleet.restart: { tier: T1, what: restart the fleet } }')
    const rule = yaml('raise: [{ id: a, when: { action: [fleet.*] }, tier: T2, because: why not }]')
    expect(classify(good(own, rule), facts('fleet.restart'))).toMatchObject({ tier: 'T2', because: ['to restart the fleet is T1', 'why not'] })
  })
})
