import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ActionFacts, type ApprovalId, type PlaybookInput, playbookStates, type Tier, toUsd } from '../../src/contract/index.ts'
import { costOf, playbookMoves } from '../../src/engine/approvals/playbook.ts'
import { write } from '../../src/engine/store/index.ts'
import { DAY, HOUR, openRules, type RulesWorld, refusal } from './rules-world.ts'

const input = (change: Partial<PlaybookInput> = {}): PlaybookInput => ({
  name: 'Releases of the shop',
  scope: { actions: ['deploy.local', 'money.spend'], agents: [], projects: [] },
  maxUses: 3,
  maxUsdEach: 10,
  maxUsdTotal: 25,
  days: 30,
  ...change,
})
const facts = (change: Partial<ActionFacts> = {}): ActionFacts => ({
  action: 'deploy.local',
  amountUsd: 0,
  text: null,
  taintedBy: null,
  agent: 'Rex',
  project: 'shop',
  ...change,
})
const draft = ({ rules }: RulesWorld, change?: Partial<PlaybookInput>) => rules.playbooks.draft(input(change), 'owner')
function activate(world: RulesWorld, change?: Partial<PlaybookInput>) {
  return world.rules.playbooks.activate(draft(world, change).id, 'owner')
}
/** What an approval does: look for one, and count its use in the same transaction. */
const answers = (world: RulesWorld, one: ActionFacts = facts(), tier: Tier = 'T2') =>
  write(world.db, () => {
    const found = world.rules.playbooks.match(one, tier)
    found?.take()
    return found !== undefined
  })
const only = ({ rules }: RulesWorld) => rules.playbooks.list()[0]
const needsDesktop = expect.objectContaining(refusal('approval/needs-desktop'))

describe('a playbook', () => {
  it('answers nothing until the owner has put it into force (U-46, C-22)', () => {
    using world = openRules()
    const { id } = draft(world)
    expect([only(world)?.state, answers(world)]).toEqual(['draft', false])
    for (const actor of ['agent:Rex', 'engine', 'playbook', 'channel:whatsapp', 'rehearsal-owner'])
      expect(() => world.rules.playbooks.activate(id, actor)).toThrow(needsDesktop)
    world.rules.playbooks.activate(id, 'owner')
    expect([only(world), answers(world)]).toMatchObject([{ state: 'active', activatedAt: world.clock.now(), expiresAt: world.clock.now() + 30 * DAY }, true])
    expect(world.types()).toEqual(['playbook.drafted', 'playbook.activated', 'playbook.used'])
    expect(() => world.rules.playbooks.activate(id, 'owner')).toThrow(expect.objectContaining(refusal('playbook/not-draft')))
    expect(() => world.rules.playbooks.activate('pbk_01AAAAAAAAAAAAAAAAAAAAAAAA', 'owner')).toThrow(expect.objectContaining(refusal('playbook/unknown')))
  })

  it.each<[why: string, change: Partial<ActionFacts>, tier: Tier, answered: boolean]>([
    ['what it names', {}, 'T2', true],
    ['nothing that is T3 (R-172)', {}, 'T3', false],
    ['nothing that needs no answer, so that it is not used up by it', {}, 'T1', false],
    ['nothing that text from outside led to', { taintedBy: 'a web page' }, 'T2', false],
    ['no other class', { action: 'deploy.staging' }, 'T2', false],
    ['no other agent', { agent: 'Forge' }, 'T2', false],
    ['no other project', { project: 'bank' }, 'T2', false],
    ['nothing without a project', { project: null }, 'T2', false],
    ['what costs as much as one may', { action: 'money.spend', amountUsd: 10 }, 'T2', true],
    ['nothing dearer', { action: 'money.spend', amountUsd: 10.000_000_01 }, 'T2', false],
    ['no payment that does not say how much', { action: 'money.spend', amountUsd: null }, 'T2', false],
  ])('answers %s', (_why, change, tier, answered) => {
    using world = openRules()
    activate(world, { scope: { ...input().scope, agents: ['Rex'], projects: ['shop'] } })
    expect([answers(world, facts(change), tier), only(world)?.uses]).toEqual([answered, answered ? 1 : 0])
  })

  it('is used up by its last use, or its last dollar, and says so (R-186)', () => {
    using world = openRules()
    activate(world)
    expect([1, 2, 3, 4].map(() => answers(world))).toEqual([true, true, true, false])
    expect([only(world), world.types().slice(-2)]).toMatchObject([
      { state: 'used_up', uses: 3, endedAt: world.clock.now() },
      ['playbook.used', 'playbook.ended'],
    ])
    activate(world)
    const pay = (amountUsd: number) => answers(world, facts({ action: 'money.spend', amountUsd }))
    expect([pay(10), pay(10), pay(6), pay(5)]).toEqual([true, true, false, true])
    expect(only(world)).toMatchObject({ state: 'used_up', uses: 3, usedUsd: 25 })
  })

  it('ends with its last millisecond, whether or not anybody looks (R-186)', () => {
    using world = openRules()
    activate(world, { days: 1 })
    world.clock.advance(DAY - 1)
    expect([answers(world), world.rules.playbooks.expire()]).toEqual([true, []])
    world.clock.advance(1)
    expect(answers(world)).toBe(false)
    expect(world.rules.playbooks.expire()).toMatchObject([{ state: 'expired', uses: 1, endedAt: world.clock.now() }])
    expect(world.rules.playbooks.expire()).toEqual([])
    expect(world.reopen().playbooks.list()).toMatchObject([{ state: 'expired' }])
  })

  it('is revoked at once and for good; what has ended stays as it ended', () => {
    using world = openRules()
    const { id } = activate(world)
    expect(world.rules.playbooks.revoke(id, 'owner').state).toBe('revoked')
    expect([answers(world), world.rules.playbooks.revoke(id, 'owner').state]).toEqual([false, 'revoked'])
    expect(() => world.rules.playbooks.activate(id, 'owner')).toThrow(expect.objectContaining(refusal('playbook/not-draft')))
    expect(world.types()).toEqual(['playbook.drafted', 'playbook.activated', 'playbook.ended'])
  })

  it('never names what is T3, or what nobody named, and stops where the policy becomes stricter (R-172)', () => {
    using world = openRules()
    const invalid = expect.objectContaining(refusal('playbook/invalid', { field: 'scope.actions' }))
    for (const action of ['data.delete', 'policy.change', 'cap.raise', 'vendor.call'])
      expect(() => draft(world, { scope: { ...input().scope, actions: ['deploy.local', action] } })).toThrow(invalid)
    expect(() => draft(world, { maxUsdEach: 30 })).toThrow(expect.objectContaining(refusal('playbook/invalid', { field: 'maxUsdEach' })))
    const { id } = draft(world)
    const [file] = world.rules.policies.get().files
    const text = file?.text.replace('deploy.local: { tier: T2 }', 'deploy.local: { tier: T3 }') ?? ''
    world.rules.policies.save({ name: 'default.yaml', text, confirm: 'default.yaml' }, 'owner')
    expect(() => world.rules.playbooks.activate(id, 'owner')).toThrow(invalid)
  })

  it('made by "always" on a card is a draft that rests on that card, if a playbook could have answered it (U-46)', () => {
    using world = openRules()
    const from = (fromApproval: ApprovalId) => world.rules.playbooks.draft({ ...input(), fromApproval }, 'owner')
    expect(from(world.put())).toMatchObject({ state: 'draft', origin: 'always', because: '"always" on: Release shop at abc' })
    for (const card of [{ tier: 'T3' }, { taintedBy: 'customer e-mail' }, { rehearsal: true }] as const)
      expect(() => from(world.put(card))).toThrow(expect.objectContaining(refusal('playbook/invalid', { field: 'fromApproval' })))
    expect(() => from('apr_01AAAAAAAAAAAAAAAAAAAAAAAA')).toThrow(expect.objectContaining(refusal('approval/unknown')))
  })

  it('for an incident answers some classes while it lasts, at most twelve hours (R-185)', () => {
    using world = openRules()
    const incident = { incident: 'shop is down', actions: ['deploy.production', 'mail.customer'], hours: 2 }
    expect(() => world.rules.playbooks.override(incident, 'channel:whatsapp')).toThrow(needsDesktop)
    expect(() => world.rules.playbooks.override({ ...incident, actions: ['data.delete'] }, 'owner')).toThrow(
      expect.objectContaining(refusal('playbook/invalid')),
    )
    expect(world.rules.playbooks.inIncident()).toBe(false)
    expect(world.rules.playbooks.override(incident, 'owner')).toMatchObject({
      name: 'Incident: shop is down',
      origin: 'incident',
      state: 'active',
      expiresAt: world.clock.now() + 2 * HOUR,
    })
    expect([world.rules.playbooks.inIncident(), answers(world, facts({ action: 'deploy.production' }))]).toEqual([true, true])
    expect(answers(world, facts({ action: 'mail.customer', taintedBy: 'customer e-mail' }))).toBe(false)
    world.clock.advance(2 * HOUR)
    expect([world.rules.playbooks.inIncident(), answers(world, facts({ action: 'deploy.production' }))]).toEqual([false, false])
    expect(() => world.rules.playbooks.override({ ...incident, hours: 13 }, 'owner')).toThrow(/CHECK constraint/)
  })

  it('is counted only with the grant: a grant that is rolled back used nothing', () => {
    using world = openRules()
    activate(world)
    expect(() =>
      write(world.db, () => {
        world.rules.playbooks.match(facts(), 'T2')?.take()
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(only(world)?.uses).toBe(0)
    expect(() => world.rules.playbooks.match(facts(), 'T2')?.take()).toThrow('outside of the transaction')
    expect([only(world)?.uses, world.types()]).toEqual([0, ['playbook.drafted', 'playbook.activated']])
  })

  it('that was found twice before it was used is used once where one use is left', () => {
    using world = openRules()
    activate(world, { maxUses: 1 })
    expect(() =>
      write(world.db, () => {
        const found = [world.rules.playbooks.match(facts(), 'T2'), world.rules.playbooks.match(facts(), 'T2')]
        for (const one of found) one?.take()
      }),
    ).toThrow('no room left')
    expect([answers(world), answers(world)]).toEqual([true, false])
  })

  it('ends for good: only a draft and one in force can move', () => {
    expect(Object.entries(playbookMoves).flatMap(([state, moves]) => (moves.length > 0 ? [state] : []))).toEqual(['draft', 'active'])
    expect(Object.keys(playbookMoves)).toEqual([...playbookStates])
  })
})

describe('every playbook together', () => {
  const anyDraft = fc.record({
    kind: fc.constant('draft' as const),
    uses: fc.integer({ min: 1, max: 9 }),
    each: fc.integer({ min: 0, max: 6 }),
    more: fc.integer({ min: 0, max: 6 }),
    days: fc.constantFrom(0.01, 1, 30),
  })
  const anyAct = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('ask' as const),
        usd: fc.option(fc.integer({ min: 0, max: 6_000_000 }).map((n) => n / 1e6)),
        tier: fc.constantFrom<Tier>('T2', 'T2', 'T2', 'T3'),
        tainted: fc.constantFrom(false, false, false, true),
      }),
    },
    { weight: 1, arbitrary: anyDraft },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('activate' as const), at: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke' as const), at: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(HOUR, DAY, 31 * DAY) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('tick' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  )
  /** What was allowed, and what was answered under it. */
  type Model = {
    uses: number
    nano: number
    readonly maxUses: number
    readonly each: number
    readonly total: number
    until: number | null
    readonly days: number
  }

  it('never answer oftener, for more dollars, later, or for anything else than was allowed (R-186, C-22)', () => {
    using world = openRules()
    // Thousands of writes, and none of them about a disk that loses power.
    world.db.pragma('synchronous = OFF')
    fc.assert(
      fc.property(anyDraft, fc.array(anyAct, { minLength: 20, maxLength: 60 }), (first, more) => {
        const acts = [first, { kind: 'activate', at: 0 } as const, ...more]
        world.db.exec('DELETE FROM playbook')
        let { playbooks } = world.rules
        const model = new Map<string, Model>()
        const pick = (at: number) => [...model][at % Math.max(1, model.size)]
        for (const one of acts)
          switch (one.kind) {
            case 'draft': {
              const { uses: maxUses, each, more, days } = one
              const { id } = playbooks.draft(input({ maxUses, maxUsdEach: each, maxUsdTotal: each + more, days }), 'owner')
              model.set(id, { uses: 0, nano: 0, maxUses, each: each * 1e9, total: (each + more) * 1e9, until: null, days })
              break
            }
            case 'activate': {
              const [id, of] = pick(one.at) ?? []
              if (!id || !of || of.until !== null) break
              playbooks.activate(id, 'owner')
              of.until = world.clock.now() + Math.round(of.days * DAY)
              break
            }
            case 'revoke': {
              const [id, of] = pick(one.at) ?? []
              if (!id || !of) break
              playbooks.revoke(id, 'owner')
              of.until = 0
              break
            }
            case 'wait':
              world.clock.advance(one.ms)
              break
            case 'tick':
              playbooks.expire()
              break
            case 'restart':
              playbooks = world.reopen().playbooks
              break
            case 'ask': {
              const asked = facts({ action: one.usd === null ? 'deploy.local' : 'money.spend', amountUsd: one.usd, taintedBy: one.tainted ? 'a page' : null })
              const cost = costOf(asked) ?? 0
              const could = (of: Model) =>
                of.until !== null && world.clock.now() < of.until && of.uses < of.maxUses && cost <= of.each && of.nano + cost <= of.total
              const found = write(world.db, () => {
                const answer = playbooks.match(asked, one.tier)
                answer?.take()
                return answer?.id
              })
              const own = found === undefined ? undefined : model.get(found)
              if (own) {
                expect([one.tier, one.tainted, could(own)]).toEqual(['T2', false, true])
                own.uses += 1
                own.nano += cost
              } else if (one.tier === 'T2' && !one.tainted) {
                // Whoever is asked although something was allowed lost what the playbook is for. One without a dollar left has ended.
                expect([...model.values()].filter((of) => could(of) && !(of.total > 0 && of.nano >= of.total))).toEqual([])
              }
            }
          }
        for (const { id, uses, usedUsd, maxUses, maxUsdTotal } of playbooks.list()) {
          const of = model.get(id)
          expect([uses, Math.round(usedUsd * 1e9)]).toEqual([of?.uses, of?.nano])
          expect([uses <= maxUses, usedUsd <= maxUsdTotal]).toEqual([true, true])
        }
      }),
      { numRuns: 100 },
    )
  })

  it('are held to their caps by the database too', () => {
    using world = openRules()
    activate(world)
    for (const change of ['uses = 4', 'used = 25000000001', 'uses = -1', 'max_total = max_each - 1', 'expires_at = expires_at + 1', 'life_ms = 2592000001'])
      expect(() => world.db.exec(`UPDATE playbook SET ${change}`)).toThrow(/CHECK constraint/)
    expect(toUsd(costOf(facts({ action: 'money.spend', amountUsd: 0.1 })) ?? (0 as never))).toBe(0.1)
  })
})
