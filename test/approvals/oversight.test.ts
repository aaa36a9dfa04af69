import { describe, expect, it } from 'vitest'
import { type ApprovalView, OversightHealth } from '../../src/contract/index.ts'
import { createExplainReader } from '../../src/engine/approvals/explain.store.ts'
import { createExplain } from '../../src/engine/approvals/explain.ts'
import { createOversightReader } from '../../src/engine/approvals/oversight.store.ts'
import { type ReadDb, write } from '../../src/engine/store/index.ts'
import { type Asked, DAY, HOUR, MINUTE, openRules, type RulesWorld, START } from './rules-world.ts'

const many = (world: RulesWorld, n: number, asked: (n: number) => Asked) => write(world.db, () => Array.from({ length: n }, (_, at) => world.put(asked(at))))
const health = ({ rules }: RulesWorld, days = 30) => rules.oversight.health(days)
const own = ({ rules }: RulesWorld) => rules.playbooks.list()

describe('how well the owner’s say works (U-118)', () => {
  it('is counted over the cards of the time, without rehearsals, rules and playbooks', () => {
    using world = openRules()
    const at = START - DAY
    world.put({ at, decidedAfter: 10 * MINUTE })
    world.put({ at, decidedAfter: 20 * MINUTE, undone: 1, regretted: true })
    world.put({ at, state: 'denied', decidedAfter: 3 * HOUR })
    world.put({ at, state: 'expired' })
    world.put({ at, state: 'voided' })
    world.put({ state: 'requested' })
    world.put({ at, decidedBy: 'playbook', playbook: 'pbk_1' })
    world.put({ at, tier: 'T1', decidedBy: 'engine' })
    world.put({ at, rehearsal: true, decidedBy: 'rehearsal-owner' })
    world.put({ at: START - 40 * DAY })
    const seen = health(world)
    expect(OversightHealth.omit({ sample: true }).parse(seen)).toEqual({
      since: START - 30 * DAY,
      asked: 6,
      decided: 3,
      approved: 2,
      denied: 1,
      expired: 1,
      undone: 1,
      regretted: 1,
      preauthorised: 1,
      approveRate: 2 / 3,
      undoRate: 1 / 2,
      expiredRate: 1 / 4,
      regretRate: 1 / 2,
      medianDecisionMs: 20 * MINUTE,
      medianSeenMs: null,
      decidedBeforeHalf: 2 / 3,
      cardsPerHour: 1,
      alarmsPerHour: 0,
      open: 1,
      brake: false,
      shedding: null,
      byClass: [{ action: 'deploy.local', agent: 'Rex', asked: 6, approved: 2, denied: 1, regretted: 1, medianSeenMs: null }],
      suggestions: [],
    })
  })

  it('says nothing where nothing was decided', () => {
    using world = openRules()
    expect(health(world)).toMatchObject({
      approveRate: null,
      undoRate: null,
      expiredRate: null,
      regretRate: null,
      medianDecisionMs: null,
      decidedBeforeHalf: null,
      sample: [],
    })
  })

  it('counts what calls for him beside the cards', () => {
    using world = openRules()
    write(world.db, () => {
      for (let n = 0; n < 12; n++) world.journal.append({ type: 'policy.rejected', subject: 'policy', data: { problems: [] } })
      world.journal.append({ type: 'factory.paused', subject: 'factory', data: {} })
    })
    expect(health(world, 1).alarmsPerHour).toBe(0.5)
  })
})

describe('a decision that is too fast to be one (U-52)', () => {
  const seconds = (...seen: number[]) => seen.map((one) => one * 1000)

  it.each([
    ['ten within two seconds', seconds(1, 1, 1, 1, 1, 1, 1, 1, 1, 1), true],
    ['nine are not enough to judge by', seconds(1, 1, 1, 1, 1, 1, 1, 1, 1), false],
    ['half of them read', seconds(1, 1, 1, 1, 1, 9, 9, 9, 9, 9), false],
    ['more than half of them not', seconds(1, 1, 1, 1, 1, 1, 9, 9, 9, 9), true],
    ['exactly two seconds', seconds(2, 2, 2, 2, 2, 2, 2, 2, 2, 2), false],
    ['the last ten count, not those before', [...seconds(1, 1, 1, 1, 1, 1, 1, 1, 1, 1), ...seconds(5, 5, 5, 5, 5, 5, 5, 5, 5, 5)], false],
  ])('brakes or not: %s', (_what, seen, brake) => {
    using world = openRules()
    for (const [at, seenMs] of seen.entries()) world.put({ at: START - DAY + at * MINUTE, seenMs })
    expect(health(world).brake).toBe(brake)
  })

  it('is measured at a face, on T2, and on nobody’s rehearsal', () => {
    using world = openRules()
    many(world, 10, (at) => ({ at: START - at, seenMs: 500, tier: 'T3' }))
    many(world, 10, (at) => ({ at: START - at, seenMs: 500, rehearsal: true }))
    many(world, 10, (at) => ({ at: START - at, seenMs: null }))
    expect(health(world)).toMatchObject({ brake: false, medianSeenMs: null })
  })
})

describe('more cards than can be read (U-53)', () => {
  const open = (at: number, agent = 'Rex'): Asked => ({ at: START - 5 * HOUR - at, state: 'requested', agent })
  const shedding = ({ rules }: RulesWorld) => rules.oversight.shedding()

  it('keeps work that would ask from the agent that asks most, and says so', () => {
    using world = openRules()
    many(world, 3, (at) => open(at, 'Forge'))
    many(world, 5, (at) => open(at))
    expect(shedding(world)).toBe(null)
    world.put(open(9))
    expect(shedding(world)).toEqual({ agent: 'Rex', because: '9 cards wait for you, more than 8; Rex put 6 questions on them' })
    expect(health(world).shedding?.agent).toBe('Rex')
  })

  it('takes a bundle for one card, and T3 for none of them', () => {
    using world = openRules()
    many(world, 20, (at) => ({ ...open(at), bundle: 'bun_one' }))
    many(world, 20, (at) => ({ ...open(at), tier: 'T3' }))
    many(world, 20, (at) => ({ ...open(at), rehearsal: true }))
    expect([shedding(world), health(world).open]).toEqual([null, 21])
  })

  it('looks at the last hour too, answered or not', () => {
    using world = openRules()
    many(world, 6, (at) => ({ at: START - HOUR + 1 + at, agent: 'Forge' }))
    world.put({ at: START - HOUR, agent: 'Forge' })
    many(world, 9, (at) => ({ at: START - at, tier: 'T1', decidedBy: 'engine' }))
    many(world, 9, (at) => ({ at: START - at, rehearsal: true }))
    many(world, 9, (at) => ({ at: START - at, playbook: 'pbk_1', decidedBy: 'playbook' }))
    expect([shedding(world), health(world).cardsPerHour]).toEqual([null, 6])
    world.put({ at: START - MINUTE, state: 'denied' })
    expect(shedding(world)).toEqual({ agent: 'Forge', because: '7 cards in an hour, more than 6; Forge put 6 questions on them' })
    world.clock.advance(HOUR)
    expect(shedding(world)).toBe(null)
  })

  it('goes by the owner’s settings', () => {
    using world = openRules({ settings: { maxOpenCards: 1 } })
    many(world, 2, (at) => open(at))
    expect(shedding(world)?.because).toBe('2 cards wait for you, more than 1; Rex put 2 questions on them')
  })
})

describe('a question that was always answered alike (U-52)', () => {
  it.each([
    ['thirty of thirty', 30, 0, false, true],
    ['29 are too few', 29, 0, false, false],
    ['38 of 40 are 95 %', 38, 2, false, true],
    ['37 of 39 are less', 37, 2, false, false],
    ['one was regretted', 40, 0, true, false],
  ])('is proposed for a playbook: %s', (_what, approved, denied, regretted, suggested) => {
    using world = openRules()
    many(world, approved, (at) => ({ at: START - at * MINUTE, regretted: regretted && at === 0 }))
    many(world, denied, (at) => ({ at: START - at * MINUTE, state: 'denied' }))
    const sentence = `Rex asked to deploy on this machine; you approved ${approved} of ${approved + denied} and regretted none. A playbook would save you the question.`
    expect(health(world).suggestions).toEqual(suggested ? [{ action: 'deploy.local', agent: 'Rex', approved, sentence }] : [])
  })

  it('is not proposed for what is T3, nor where a playbook is there already', () => {
    using world = openRules()
    many(world, 30, (at) => ({ at: START - at, action: 'data.delete', tier: 'T3' }))
    many(world, 30, (at) => ({ at: START - at }))
    expect(health(world).suggestions.map(({ action }) => action)).toEqual(['deploy.local'])
    const scope = { actions: ['deploy.local'], agents: ['Rex'], projects: [] }
    const { id } = world.rules.playbooks.draft({ name: 'Releases', scope, maxUses: 1, maxUsdEach: 0, maxUsdTotal: 0, days: 1 }, 'owner')
    expect(health(world).suggestions).toEqual([])
    world.rules.playbooks.revoke(id, 'owner')
    expect(health(world).suggestions.length).toBe(1)
  })
})

describe('the five minutes a week (U-52)', () => {
  it('show five approvals of the four weeks before, the same all week by the calendar of the owner, others in the next', () => {
    using world = openRules()
    many(world, 60, (at) => ({ at: START - at * 12 * HOUR }))
    world.put({ at: START - 9 * DAY, state: 'denied' })
    const ids = () => health(world).sample.map(({ id }) => id)
    const first = ids()
    expect([first.length, new Set(first).size]).toEqual([5, 5])
    world.put()
    // Sunday 22 November, 23:59 in Auckland is 10:59 UTC; a minute later a new week begins there.
    world.clock.advance(Date.UTC(2026, 10, 22, 10, 59) - START)
    expect(ids()).toEqual(first)
    world.clock.advance(MINUTE)
    expect(ids()).not.toEqual(first)
  })
})

describe('trust (R-190)', () => {
  const done = (world: RulesWorld, n: number, asked: Asked = {}) => many(world, n, (at) => ({ at: world.clock.now() - at * MINUTE, ...asked }))
  const level = ({ rules }: RulesWorld) => rules.trust.list().map(({ agent, action, tasks, level: one }) => [agent, action, tasks, one])

  it('is none until a hundred tasks of one kind are done; then a playbook is proposed, once, and the owner decides', () => {
    using world = openRules()
    done(world, 99)
    done(world, 80, { action: 'mail.customer' })
    expect(world.rules.trust.propose()).toEqual([])
    expect(world.rules.trust.list()[0]?.sentence).toBe('99 of 100 tasks done; until then it asks you every time.')
    done(world, 1, { amountUsd: 3 })
    const [draft] = world.rules.trust.propose()
    expect(draft).toMatchObject({
      state: 'draft',
      origin: 'trust',
      name: 'Rex: deploy on this machine',
      scope: { actions: ['deploy.local'], agents: ['Rex'], projects: ['shop'] },
      maxUses: 50,
      maxUsdEach: 3,
      maxUsdTotal: 150,
      days: 30,
      because: '100 tasks done, 100 of 100 approved, none regretted: a playbook is proposed.',
      createdBy: 'engine',
    })
    expect([world.rules.trust.propose(), own(world).length]).toEqual([[], 1])
    expect(level(world)).toEqual([
      ['Rex', 'deploy.local', 100, 'proven'],
      ['Rex', 'mail.customer', 80, 'supervised'],
    ])
    world.rules.playbooks.activate(draft?.id ?? '', 'owner')
    expect([level(world)[0]?.[3], world.rules.trust.propose()]).toEqual(['trusted', []])
  })

  it.each([
    ['a regret', { regretted: true }, 'You regretted 1 of 121; it asks you every time.'],
    ['too many refusals', { state: 'denied' }, 'You approved 120 of 127; it asks you every time.'],
  ] as const)('is lost by %s', (_what, asked, sentence) => {
    using world = openRules()
    done(world, 120)
    done(world, asked === undefined || 'regretted' in asked ? 1 : 7, asked)
    expect([world.rules.trust.propose(), world.rules.trust.list()[0]?.sentence]).toEqual([[], sentence])
  })

  it('counts a task once, and neither rehearsals nor what was not done', () => {
    using world = openRules()
    done(world, 150, { task: 'task_same' })
    done(world, 150, { rehearsal: true, decidedBy: 'rehearsal-owner' })
    done(world, 150, { state: 'failed' })
    expect(level(world)).toEqual([['Rex', 'deploy.local', 1, 'supervised']])
  })

  it('is never earned for T3', () => {
    using world = openRules()
    done(world, 200, { action: 'data.delete', tier: 'T3' })
    expect([world.rules.trust.propose(), world.rules.trust.list()]).toMatchObject([[], [{ level: 'supervised', sentence: 'T3 asks you every time.' }]])
  })

  it('that the owner took back is earned anew, by as many tasks again', () => {
    using world = openRules()
    done(world, 100)
    world.rules.playbooks.revoke(world.rules.trust.propose()[0]?.id ?? '', 'owner')
    world.clock.advance(DAY)
    done(world, 99)
    expect(world.rules.trust.propose()).toEqual([])
    done(world, 1)
    expect(world.rules.trust.propose().length).toBe(1)
  })

  it('that ran out is proposed again', () => {
    using world = openRules()
    done(world, 100)
    world.rules.playbooks.activate(world.rules.trust.propose()[0]?.id ?? '', 'owner')
    world.clock.advance(30 * DAY)
    expect([world.rules.playbooks.expire().length, world.rules.trust.propose().length]).toEqual([1, 1])
  })
})

describe('a decision explained (U-35)', () => {
  const approval: Partial<ApprovalView> = {
    what: 'Deploy price-api v14',
    askedBy: 'Forge',
    requestedAt: START as never,
    deadline: (START + 4 * HOUR) as never,
    heldFrom: null,
    tier: 'T2',
    tierBecause: ['to deploy where customers are is T2', 'it costs more than $20'],
    policyVersion: 1,
    taintedBy: 'customer e-mail',
    state: 'executed',
    safeDefault: 'deny',
    decidedAt: (START + 7 * MINUTE) as never,
    decidedBy: 'owner',
    channel: 'desktop',
    reason: null,
    playbookId: null,
    chosen: null,
    options: [],
    previews: [{ kind: 'text', title: 'plan', text: '' }],
    seenMs: 12_340,
    previewsSeen: 1,
    outcome: 'released at :4001',
    regrettedAt: null,
    payloadHash: 'abcdef0123456789',
  }
  const explain = (world: RulesWorld, change: Partial<ApprovalView> = {}) =>
    createExplain({
      reader: world.reader,
      approval: (id) => ({ ...approval, ...change, id }) as ApprovalView,
      version: world.rules.policies.version,
      zone: () => 'Pacific/Auckland',
    })

  it('says who, what, when, where, by which policy, how long it was looked at, and what was recorded', () => {
    using world = openRules()
    const id = world.put()
    write(world.db, () => world.journal.append({ type: 'approval.requested', subject: id, data: {} as ApprovalView }))
    world.clock.advance(7 * MINUTE)
    write(world.db, () => world.journal.append({ type: 'approval.approved', subject: id, actor: 'owner', data: {} as ApprovalView }))
    const { sentences, policy, events } = explain(world)(id)
    expect(sentences).toEqual([
      'Forge asked on 19 Nov 2026, 01:00 NZDT: Deploy price-api v14.',
      'Text from outside led to it: customer e-mail.',
      'By policy 1 it needed T2, asks you first: to deploy where customers are is T2; it costs more than $20.',
      'The owner approved it on desktop on 19 Nov 2026, 01:07 NZDT, 7:00 after it was asked.',
      'The card was in view for 12.3 s, with 1 of 1 previews open.',
      'What came of it: released at :4001.',
      'What was decided upon has the hash abcdef012345; it is done.',
    ])
    expect(policy).toMatchObject({ version: 1, text: expect.stringContaining('spend-above-20') })
    expect(events).toMatchObject([
      { seq: 1, type: 'approval.requested', actor: 'engine', at: START },
      { seq: 2, type: 'approval.approved', actor: 'owner', at: START + 7 * MINUTE, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ])
  })

  it.each<[what: string, change: Partial<ApprovalView>, sentence: string]>([
    ['one that waits', { state: 'requested' }, 'Without an answer by 19 Nov 2026, 05:00 NZDT, it is denied.'],
    [
      'one that the night held',
      { state: 'requested', heldFrom: START as never },
      'Without an answer by 19 Nov 2026, 05:00 NZDT, held from 19 Nov 2026, 01:00 NZDT because of the quiet hours, it is denied.',
    ],
    ['silence', { state: 'expired', decidedBy: null }, 'Nobody answered by 19 Nov 2026, 05:00 NZDT, and that meant no.'],
    [
      'silence with words',
      { state: 'expired', safeDefault: 'template' },
      'Nobody answered by 19 Nov 2026, 05:00 NZDT, and only the words approved beforehand may go out.',
    ],
    [
      'a no',
      { state: 'denied', reason: 'too risky', channel: 'whatsapp' },
      'The owner denied it on whatsapp on 19 Nov 2026, 01:07 NZDT, 7:00 after it was asked (too risky).',
    ],
    [
      'a playbook',
      { decidedBy: 'playbook', playbookId: 'pbk_1' as never, reason: 'pre-authorised by Releases' },
      'A playbook that you put into force approved it on 19 Nov 2026, 01:07 NZDT: pre-authorised by Releases.',
    ],
    ['no question', { decidedBy: 'engine' }, 'It needed no answer and went ahead on 19 Nov 2026, 01:07 NZDT.'],
    ['a phone', { seenMs: null }, 'How long the card was looked at is not known there.'],
    ['one that was void', { state: 'voided', decidedAt: null, decidedBy: null, reason: 'the run ended' }, 'Nobody decided: the run ended.'],
    ['a regret', { regrettedAt: (START + DAY) as never }, 'On 20 Nov 2026, 01:00 NZDT it was found that it should not have been approved.'],
    ['the time before policies', { policyVersion: 0 }, 'It needed T2, asks you first; that was before policies were kept by version.'],
  ])('tells of %s', (_what, change, sentence) => {
    using world = openRules()
    const { sentences, policy } = explain(world, change)(world.put())
    expect(sentences).toContain(sentence)
    expect(policy === null).toBe(change.policyVersion === 0)
  })
})

describe('with ten thousand decisions (bench)', () => {
  it('reads no card and scans no table, and is quick', () => {
    using world = openRules()
    const card = { what: 'Release', previews: [{ kind: 'text', title: 'x', text: 'y'.repeat(4000) }] }
    many(world, 10_000, (at) => ({
      at: START - at * MINUTE,
      agent: `A${at % 20}`,
      action: ['deploy.local', 'mail.customer', 'command.run'][at % 3] ?? '',
      card,
      seenMs: 3000,
    }))
    const timed = (run: () => unknown) => {
      const from = performance.now()
      run()
      return performance.now() - from
    }
    // Generous, because other work shares the machine: a scan of the cards takes seconds here.
    expect(timed(() => health(world))).toBeLessThan(500)
    expect(timed(() => world.rules.oversight.shedding())).toBeLessThan(50)
    expect(timed(() => world.rules.trust.list())).toBeLessThan(200)
    expect(readPlans(world).filter((plan) => !/USING (COVERING )?INDEX/.test(plan) && !/TEMP B-TREE/.test(plan))).toEqual([])
  })
})

/** How SQLite looks for the rows of every statement that oversight, trust and explanations prepare. */
function readPlans({ reader }: RulesWorld): string[] {
  const asked: string[] = []
  const noting = { prepare: (sql: string) => reader.prepare(asked.push(sql) ? sql : '') } as unknown as ReadDb
  createOversightReader(noting)
  createExplainReader(noting)
  const given = { since: 0, until: 0, limit: 10, action: 'a', agent: 'b', id: 'c' }
  const plans = asked.flatMap((sql) => reader.prepare<[object], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(given))
  expect(asked.length).toBe(10)
  return plans.map(({ detail }) => detail)
}
