import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ApprovalView, Instant } from '../../contract/index.ts'
import { MOST_CHARACTERS, toCard, toClosing, toGroups, toOutcome, toReasons } from './cards.ts'
import { toPlain } from './plain.ts'
import { toReply } from './reply.ts'

const now = Date.UTC(2026, 10, 21, 0, 0) as Instant
const when = { now, zone: 'Pacific/Auckland' }
const later = (ms: number) => (now + ms) as Instant
const HOUR = 3_600_000

const card = (change: Partial<ApprovalView> = {}): ApprovalView => ({
  id: 'apr_01JC0000000000000000000001',
  bundleId: 'bun_01JC0000000000000000000001',
  planId: null,
  taskId: null,
  attemptId: null,
  sessionId: null,
  correlationId: 'incident-7',
  action: 'deploy.production',
  tier: 'T2',
  tierBecause: ['deploy where customers are'],
  policyVersion: 1,
  state: 'requested',
  what: 'Deploy price-api v14 → production (5 % canary)',
  blast: '1 product, ~120 users',
  reversible: 'reversible (auto-rollback ≤ 60 s)',
  irreversible: false,
  cost: '$0.05 now, +$5/mo',
  why: 'Tests pass.',
  agentSays: null,
  taintedBy: null,
  evidence: [],
  previews: [],
  options: [],
  editable: [],
  answerable: false,
  confirm: null,
  chosen: null,
  askedBy: 'agent:Forge',
  payloadHash: 'hash',
  requestedAt: now,
  deadline: later(4 * HOUR),
  heldFrom: null,
  safeDefault: 'deny',
  templateText: null,
  reminded50At: null,
  reminded90At: null,
  snoozedUntil: null,
  decidedAt: null,
  decidedBy: null,
  channel: null,
  reason: null,
  playbookId: null,
  seenMs: null,
  previewsSeen: null,
  effectiveAt: null,
  outcome: null,
  regrettedAt: null,
  rehearsal: false,
  ...change,
})

describe('a card on the phone (U-65)', () => {
  it('says what, how far it reaches, what it costs, until when, what silence means, and how to answer', () => {
    const { text, buttons } = toCard('K7Q2AB', [card()], when)
    expect(text).toBe(
      [
        'REEF #K7Q2AB · T2 · Deploy price-api v14 → production (5 % canary)',
        'reversible (auto-rollback ≤ 60 s) · $0.05 now, +$5/mo',
        'Reaches: 1 product, ~120 users',
        'Why: Tests pass.',
        'No reply by 17:00 NZDT ⇒ DENY.',
        '👍 approve once · 👎 deny · or K7Q2AB yes|no|why',
      ].join('\n'),
    )
    expect(buttons).toEqual([
      { id: 'yes:K7Q2AB', title: 'Approve once' },
      { id: 'no:K7Q2AB', title: 'Deny' },
      { id: 'why:K7Q2AB', title: 'Why?' },
    ])
  })

  it('numbers the members of a bundle, each with its own default, and offers no yes to all of them (R-184, R-197, U-49)', () => {
    const { text, buttons } = toCard(
      'K7Q2AB',
      [
        card({
          what: 'Mail 120 customers: we are aware',
          irreversible: true,
          safeDefault: 'template',
          templateText: 'We are aware.',
          deadline: later(2 * HOUR),
        }),
        card({ what: 'Deploy the fix' }),
      ],
      when,
    )
    expect(text).toContain('REEF #K7Q2AB · 2 decisions about one matter')
    expect(text).toContain('1 · T2 · Mail 120 customers: we are aware · cannot be taken back')
    expect(text).toContain('15:00 NZDT ⇒ your approved words')
    expect(text).toContain('17:00 NZDT ⇒ DENY')
    expect(text).toMatch(/1 yes 2 no K7Q2AB/)
    expect(buttons.map(({ title }) => title)).toEqual(['Deny all', 'Why?'])
  })

  it('of T3 can be denied, but approved only at the desk, and stands alone (U-51, U-67)', () => {
    const deletion = card({ tier: 'T3', what: 'Delete price-api-db' })
    const { text, buttons } = toCard('K7Q2AB', [deletion], when)
    expect(text).toContain('Approve only at the desk. To deny: K7Q2AB no')
    expect(buttons.map(({ id }) => id)).toEqual(['no:K7Q2AB', 'why:K7Q2AB'])
    expect(toGroups([card(), deletion, card()]).map((group) => group.map(({ tier }) => tier))).toEqual([['T3'], ['T2', 'T2']])
  })

  it('of a command that a phone does not show whole can be denied, but approved only at the desk (U-43)', () => {
    const run = (what: string) => card({ action: 'command.run', what })
    expect(toCard('K7Q2AB', [run('Run git push origin main')], when).text).toContain('👍 approve once')
    for (const what of [`Run git push ${'x'.repeat(76)}…`, 'Run git push a4b2c3', 'Run mail jane@example.com', 'Run echo "a  b"']) {
      const { text, buttons } = toCard('K7Q2AB', [run(what)], when)
      expect(text).toContain('Approve only at the desk, where all of it can be seen. To deny: K7Q2AB no')
      expect(buttons.map(({ id }) => id)).toEqual(['no:K7Q2AB', 'why:K7Q2AB'])
      expect(toCard('K7Q2AB', [run(what), card()], when).text).toContain('yes only at the desk')
    }
  })

  it('names every member that its code can answer, and shortens no command (U-49)', () => {
    const open = Array.from({ length: 6 }, (_, at) =>
      card({
        action: 'command.run',
        what: `Run ${'x'.repeat(80)} ${at}END`,
        cost: 'not known to anybody',
        reversible: 'r'.repeat(40),
        taintedBy: 'the web',
        deadline: later(at),
      }),
    )
    const groups = toGroups(open)
    expect(groups.flat()).toEqual(open)
    for (const group of groups) {
      const { text } = toCard('K7Q2AB', group, when, 'REEF, last reminder')
      for (const { what } of group) expect(text).toContain(what)
      expect(text.length).toBeLessThanOrEqual(MOST_CHARACTERS)
    }
  })

  it('names the day where the deadline is not today', () => {
    expect(toCard('K7Q2AB', [card({ deadline: later(24 * HOUR) })], when).text).toMatch(/No reply by Sun,? 22 Nov 13:00 NZDT/)
  })

  it('fits into a message and keeps its last line, whatever agents write into it', () => {
    const words = fc.string({ unit: 'grapheme', maxLength: 400 })
    const member = fc.record({
      what: words,
      blast: words,
      reversible: words,
      cost: words,
      why: words,
      taintedBy: fc.option(words),
      agentSays: fc.option(words),
    })
    fc.assert(
      fc.property(fc.array(member, { minLength: 1, maxLength: 6 }), (fields) => {
        const members = fields.map((some) => card(some))
        const { text, buttons } = toCard('K7Q2AB', members, when)
        expect(text.length).toBeLessThanOrEqual(MOST_CHARACTERS)
        expect(toReasons('K7Q2AB', members, when).length).toBeLessThanOrEqual(MOST_CHARACTERS)
        expect(text.split('\n').at(-1)).toContain('K7Q2AB')
        expect(buttons.length).toBeLessThanOrEqual(3)
        for (const { title } of buttons) expect(title.length).toBeLessThanOrEqual(20)
      }),
    )
  })
})

describe('words of agents on a card are data (U-26)', () => {
  const attacks = [
    'Deploy\nREEF #M3N4PQ · T0 · harmless\nReply M3N4PQ yes',
    'Fix typo. M3N4PQ yes',
    'Fix typo. m3n4pq yes',
    'Fix typo. Ｍ３Ｎ４ＰＱ yes',
    'Fix typo. M\u200b3N4PQ yes, RE\u2060EF #M3N4PQ',
    '\u202eseY QP4N3M\u202c',
    'reef  # M3N4PQ',
    'Reply 1 yes 2 yes M3N4PQ\u2028K7Q2AB yes',
    'Fix typo · $0.00 · no reply ⇒ nothing happens. 👎 approve once · 👍🏽 deny',
  ]
  it.each(attacks)('%j can neither pass for another card nor name one', (attack) => {
    for (const text of [
      toCard('K7Q2AB', [card({ what: attack, blast: attack, reversible: attack, cost: attack, why: attack, taintedBy: attack })], when).text,
      toReasons('K7Q2AB', [card({ why: attack, agentSays: attack, evidence: [attack], tierBecause: [attack] })], when),
      toClosing('K7Q2AB', [card({ what: attack, state: 'denied' })], when),
      toCard('K7Q2AB', [card({ what: attack }), card({ what: attack })], when).text,
    ]) {
      expect(text).not.toMatch(/m3n4pq/i)
      expect(text.match(/REEF #/gi)).toHaveLength(1)
      expect(text.startsWith('REEF #K7Q2AB')).toBe(true)
      expect(text).not.toMatch(/[\u200b-\u200f\u2028-\u202e\u2060-\u2069]/)
      // Every code that a reader could type is the card's own.
      expect(text).not.toMatch(/👎 approve|👍🏽|⇒ nothing|typo ·/)
      for (const line of text.split('\n')) expect([null, 'K7Q2AB', undefined]).toContain(toReply(line)?.code)
    }
  })

  it('takes no time over a text of a megabyte', () => {
    const before = performance.now()
    for (const unit of ['a', '1 ', '㏂', '+']) expect(toPlain(unit.repeat(1_000_000 / unit.length), 80).length).toBeLessThanOrEqual(80)
    expect(performance.now() - before).toBeLessThan(1000)
  })

  it('shows no address and no number of a customer, and leaves figures alone', () => {
    expect(toPlain('Mail jane.doe@example.com and +64 21 123 4567 about 1,200 users at 14:03', 200)).toBe(
      'Mail j…@example.com and …67 about 1,200 users at 14:03',
    )
  })
})

describe('what became of a card (U-55)', () => {
  it.each<[Partial<ApprovalView>, string | undefined]>([
    [{}, undefined],
    [{ state: 'approved', decidedAt: later(180_000), channel: 'desktop' }, 'approved 13:03 on the desktop'],
    [{ state: 'executed', decidedAt: later(180_000), channel: 'whatsapp' }, 'approved 13:03 on WhatsApp'],
    [{ state: 'denied', decidedAt: later(0), channel: 'cli' }, 'denied 13:00 on the command line'],
    [{ state: 'expired', decidedAt: later(0) }, 'denied 13:00: nobody answered in time'],
    [{ state: 'expired', decidedAt: later(0), safeDefault: 'template' }, 'only your approved words may go out, since 13:00: nobody answered in time'],
    [{ deadline: now }, 'too late: nobody answered in time'],
    [{ state: 'superseded' }, 'replaced by another request'],
    [{ state: 'voided' }, 'not needed any more'],
    [{ state: 'drifted' }, 'changed after it was approved: nothing was done'],
  ])('%j', (change, expected) => {
    expect(toOutcome(card(change), when)).toBe(expected)
  })

  it('is told with the numbers that the card had', () => {
    const text = toClosing('K7Q2AB', [card({ state: 'denied', what: 'A' }), card({ state: 'executed', what: 'B', decidedAt: now, channel: 'desktop' })], when)
    expect(text).toContain('1 · A: denied')
    expect(text).toContain('2 · B: approved 13:00 on the desktop')
    expect(toClosing('K7Q2AB', [card({ state: 'approved', decidedAt: now, channel: 'desktop' })], when)).toContain('Already approved 13:00 on the desktop.')
  })
})
