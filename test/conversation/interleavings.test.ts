import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import type { ApprovalId, MessageView } from '../../src/contract/index.ts'
import { isReefError } from '../../src/engine/kernel/errors.ts'
import { HOUR, openWorld } from './world.ts'

const MINUTE = 60_000
const desk = { actor: 'owner', channel: 'desktop' } as const

/** What may happen, in any order. Codes, cards and quotes are picked from everything that was ever seen, used and void ones too. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      matter: fc.constantFrom(0, 0, 0, 1),
      tier: fc.constantFrom('T2', 'T2', 'T2', 'T2', 'T3' as const),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('reply' as const),
      code: fc.nat(5),
      words: fc.constantFrom('yes', 'yes', 'yes', 'no', '1 yes', '1 yes 2 no', '2 yes', '1 yes 2 no', '2 no 3 yes', 'always', 'undo', 'yes no', 'yes perhaps'),
      how: fc.constantFrom('text', 'text', 'text', 'quote', 'button', 'reaction' as const),
      flaw: fc.constantFrom('none', 'none', 'none', 'none', 'none', 'forwarded', 'edited', 'stranger', 'unpaired' as const),
      times: fc.constantFrom(1, 1, 2),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('desk' as const), card: fc.nat(5), verdict: fc.constantFrom('yes', 'no', 'undo' as const) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('look' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('deliver' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1000, 11_000, MINUTE, 2 * HOUR, 4 * HOUR) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      at: fc.constantFrom('message_out', 'message_in', 'card_message', 'reply_code', 'announcement'),
    }),
  },
)
/** A few requests that were told, and then anything. */
const told: readonly Step[] = [{ kind: 'wait', ms: MINUTE }, { kind: 'look' }, { kind: 'deliver' }]
const ask = fc.record({ kind: fc.constant('ask' as const), matter: fc.constant(0), tier: fc.constantFrom('T2', 'T2', 'T2', 'T3' as const) })
const sequence = fc
  .tuple(fc.array(ask, { minLength: 1, maxLength: 4 }), fc.array(step, { minLength: 4, maxLength: 20 }))
  .map(([asks, rest]): Step[] => [...asks, ...told, ...rest])
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
type Word = {
  readonly id: string
  readonly code: string | undefined
  readonly verdicts: ReadonlyMap<number, 'yes' | 'no'> | 'all yes' | 'all no' | undefined
  readonly mayDecide: boolean
  readonly undoes: boolean
}

const world = openWorld()
world.addPhone('whatsapp')
world.addPhone('openclaw', 'unproven')
afterAll(() => world[Symbol.asyncDispose]())
let asked = 0

/** What the owner saw under a code, by number: read off the messages themselves, as he reads them. */
function seenCodes(messages: readonly MessageView[]): Map<string, string[]> {
  const seen = new Map<string, string[]>()
  const note = (code: string, names: string[]) => void (seen.has(code) || seen.set(code, names))
  for (const { text } of messages) {
    const single = /^REEF(?:, [a-z ]+)? #(\w{6}) · T\d · (Act \d+)/.exec(text)
    if (single?.[1] && single[2]) note(single[1], [single[2]])
    const bundle = /^REEF(?:, [a-z ]+)? #(\w{6}) · \d+ decisions/.exec(text)
    if (bundle?.[1])
      note(
        bundle[1],
        [...text.matchAll(/^\d · T\d · (Act \d+)/gm)].map((match) => match[1] ?? ''),
      )
    for (const [, code = '', rest = ''] of text.matchAll(/Still open under #(\w{6}): (.*)/g))
      note(
        code,
        [...rest.matchAll(/Act \d+/g)].map(([name]) => name),
      )
    const again = /^Taken back: (.*)\. It waits for you again under #(\w{6})\./.exec(text)
    if (again?.[1] && again[2])
      note(
        again[2],
        [...again[1].matchAll(/Act \d+/g)].map(([name]) => name),
      )
    for (const [, code = '', rest = ''] of text.matchAll(/^#(\w{6}) · T\d · (.*) \(by /gm))
      note(
        code,
        [...rest.matchAll(/Act \d+/g)].map(([name]) => name),
      )
  }
  return seen
}

const verdictsOf = (words: string): Word['verdicts'] =>
  words === 'yes'
    ? 'all yes'
    : words === 'no'
      ? 'all no'
      : /^\d/.test(words)
        ? new Map([...words.matchAll(/(\d) (yes|no)/g)].map(([, number, verdict]) => [Number(number), verdict as 'yes' | 'no']))
        : undefined

/** One sequence, and after each step what must hold whatever came before. */
async function play(steps: readonly Step[]): Promise<void> {
  const from = world.sent().at(-1)?.id
  const ids: ApprovalId[] = []
  const said: Word[] = []
  const states = new Map<string, string>()
  const messages = () => world.sent(from)
  const view = (id: ApprovalId) => world.approvals.get(id)

  function reply({ code: at, words, how, flaw, times }: Extract<Step, { kind: 'reply' }>): void {
    const cards = messages().filter(({ kind }) => kind === 'approval' || kind === 'reminder')
    const codes = [...seenCodes(messages()).keys()]
    const code = codes.length > 0 ? codes[at % codes.length] : undefined
    const card = cards.find(({ text }) => code !== undefined && text.includes(`#${code} `))
    if (code === undefined) return
    const button = (words === 'yes' || words === 'no') && how === 'button' ? `${words}:${code}` : null
    const reaction = card && (words === 'yes' || words === 'no') && how === 'reaction' ? { yes: '👍', no: '👎' }[words] : null
    const quotes = card !== undefined && (how === 'quote' || reaction !== null)
    const text = button || reaction ? null : quotes ? words : `${words} ${code}`
    const remoteId = `wamid.${asked}.${said.length}.${ids.length}`
    for (let i = 0; i < times; i++) {
      const id = world.receive(text, {
        remoteId,
        button,
        reaction,
        repliesTo: quotes ? (card?.id ?? null) : null,
        forwarded: flaw === 'forwarded',
        edited: flaw === 'edited',
        allowed: flaw !== 'stranger',
        channel: flaw === 'unpaired' ? 'openclaw' : 'whatsapp',
      })
      if (i === 0) said.push({ id, code, verdicts: verdictsOf(words), mayDecide: flaw === 'none', undoes: words === 'undo' })
    }
  }

  async function act(one: Step): Promise<void> {
    switch (one.kind) {
      case 'ask': {
        world.policy.tier = one.tier
        const { id } = world.ask(`Act ${asked++}`, { correlationId: `${ids.length > 0 ? ids[0] : asked} ${one.matter}` })
        ids.push(id)
        states.set(id, 'requested')
        return
      }
      case 'reply':
        return reply(one)
      case 'desk': {
        const card = ids.length > 0 ? view(ids[one.card % ids.length] as ApprovalId) : undefined
        if (!card) return
        try {
          if (one.verdict === 'yes') world.approvals.approve(card.id, card.payloadHash, desk, { confirm: card.confirm ?? undefined })
          else if (one.verdict === 'no') world.approvals.deny(card.id, { reason: 'other' }, desk)
          else world.approvals.undo(card.id, 'owner')
        } catch (error) {
          if (!isReefError(error)) throw error
        }
        states.set(card.id, view(card.id).state)
        return
      }
      case 'look':
        return world.look()
      case 'deliver':
        return world.deliver()
      case 'wait':
        world.clock.advance(one.ms)
        for (const { id, state } of [...world.approvals.expire(), ...world.approvals.remind()]) states.set(id, state)
        return
      case 'crash':
        // Whatever is to be written first into this table is the last thing that this engine tries.
        world.db.exec(`CREATE TEMP TRIGGER dies BEFORE INSERT ON ${one.at} BEGIN SELECT RAISE(ABORT, 'killed'); END;
          CREATE TEMP TRIGGER dies_too BEFORE UPDATE ON ${one.at} BEGIN SELECT RAISE(ABORT, 'killed'); END`)
        await world.look()
        world.db.exec('DROP TRIGGER dies; DROP TRIGGER dies_too')
        world.reopen()
    }
  }

  function check(before: ReadonlyMap<string, string>): void {
    const seen = seenCodes(messages())
    // A phone decides only what its owner saw under the code that he sent, and only as he said.
    for (const id of ids) {
      const card = view(id)
      if (card.state === before.get(id)) continue
      const from = before.get(id)
      states.set(id, card.state)
      if (card.state === 'requested') {
        expect(said.some((word) => word.undoes && word.mayDecide && seen.get(word.code ?? '')?.includes(card.what))).toBe(true)
        continue
      }
      expect([from, card.channel]).toEqual(['requested', 'whatsapp'])
      const verdict = card.state === 'denied' ? 'no' : 'yes'
      const justified = said.some(({ code = '', verdicts, mayDecide }) => {
        const names = seen.get(code) ?? []
        const number = names.indexOf(card.what) + 1
        if (!mayDecide || number === 0) return false
        if (verdicts === 'all yes') return verdict === 'yes' && names.length === 1
        if (verdicts === 'all no') return verdict === 'no'
        return verdicts?.get(number) === verdict
      })
      expect({ what: card.what, verdict, justified }).toEqual({ what: card.what, verdict, justified: true })
      expect(card.tier === 'T3' && verdict === 'yes').toBe(false)
    }
    // One answer to one message, and one announcement of one card.
    const answers = messages().filter(({ kind }) => kind === 'answer')
    expect(new Set(answers.map(({ replyTo }) => replyTo)).size).toBe(answers.length)
    const told = messages().filter(({ kind, channel }) => kind === 'approval' && channel === 'whatsapp')
    const names = told.flatMap(({ text }) => [...new Set([...text.matchAll(/Act \d+/g)].map(([name]) => name))])
    expect(names.length).toBe(new Set(names).size)
  }

  for (const one of steps) {
    const before = new Map(ids.map((id) => [id, view(id).state]))
    await act(one)
    if (one.kind === 'look' || one.kind === 'crash') check(before)
    if (one.kind === 'look') for (const word of said) expect(world.incoming().find(({ id }) => id === word.id)?.state ?? 'answered').not.toBe('received')
  }
  // Nothing of it was lost: what still waits was told, what was told and settled was closed.
  world.clock.advance(MINUTE)
  for (const { id, state } of world.approvals.expire()) states.set(id, state)
  const open = ids.filter((id) => view(id).state === 'requested')
  await world.look()
  const cards = messages().filter(({ kind, channel }) => kind === 'approval' && channel === 'whatsapp')
  const bundles = new Set(cards.map(({ bundleId }) => bundleId))
  expect(open.filter((id) => view(id).state === 'requested' && !bundles.has(view(id).bundleId))).toEqual([])
  world.clock.advance(5 * HOUR)
  world.approvals.expire()
  await world.look()
  await world.look()
  expect(world.db.prepare('SELECT count(*) AS n FROM card WHERE closed_at IS NULL').get()).toEqual({ n: 0 })
  expect(world.db.prepare('SELECT count(*) AS n FROM reply_code WHERE bundle_id IS NOT NULL AND ended_at IS NULL').get()).toEqual({ n: 0 })
}

it('decides at most once, only what was shown and only as it was said, and tells every card once, in any order with any crash (U-55, U-67, c3, c4)', async () => {
  await fc.assert(fc.asyncProperty(sequence, play), { numRuns: Number(process.env['REEF_RUNS'] ?? 100) })
}, 120_000)
