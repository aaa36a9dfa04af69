import type { ApprovalView } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { isCommand, isWhole, toGroups, toOutcome, toReasons, WHAT, type When } from './cards.ts'
import type { Codes } from './codes.ts'
import type { ConversationStore, ReplyCode } from './conversation.store.ts'
import type { Cards, ConversationDeps, Decider } from './deps.ts'
import { toPlain } from './plain.ts'
import type { Reply, Verdict } from './reply.ts'
import { timeOf } from './times.ts'

export type DecisionDeps = Pick<ConversationDeps, 'settings'> & {
  readonly clock: Clock
  readonly store: ConversationStore
  readonly codes: Codes
  readonly approvals: Cards
}
/** What is answered, and the same in a word for the record. */
export type Said = { readonly text: string; readonly outcome: string }

const nothing = 'Nothing was decided.'

/** Answers to cards, carried out: called inside `write`, so that a decision and the answer to it are one. Throws what approvals refuse. */
export function createDecisions({ clock, settings, store, codes, approvals }: DecisionDeps) {
  const when = (): When => ({ now: clock.now(), zone: settings().timeZone })
  const membersOf = (code: ReplyCode): ApprovalView[] => code.members.map(({ id }) => approvals.get(id))
  const refuse = (text: string): Said => ({ text, outcome: 'refused' })

  /** Every card that waits, with the code that answers it. */
  function listOpen(): string[] {
    const { now, zone } = when()
    return approvals.openBundles().flatMap((bundle) => {
      const open = bundle.members.filter((card) => card.state === 'requested' && !card.rehearsal && card.deadline > now)
      return toGroups(open).map((members) => {
        const { code } = codes.forCard(bundle.id, members)
        const first = members.reduce((a, b) => (b.deadline < a.deadline ? b : a))
        const what = members
          .map((card, at) => `${members.length > 1 ? `${at + 1} ` : ''}${toPlain(card.what, members.length > 1 && !isCommand(card) ? 50 : WHAT)}`)
          .join('; ')
        return `#${code} · ${first.tier} · ${what} (by ${timeOf(first.deadline, now, zone)})`
      })
    })
  }

  function which(because: string): Said {
    const open = listOpen()
    if (open.length === 0) return refuse(`${because} Nothing waits for you.`)
    const [first = ''] = open
    const example = /#(\w+)/.exec(first)?.[1] ?? ''
    return refuse([because, ...open.slice(0, 8), `Answer with its code, for example: ${example} yes`].join('\n'))
  }

  function ended(code: ReplyCode): Said {
    const members = membersOf(code)
    if (code.endedBy === 'changed') return which(`#${code.code} is void: what it stood for has changed. ${nothing}`)
    const became = members.map((card, at) => `${members.length > 1 ? `${at + 1} ` : ''}${toOutcome(card, when()) ?? 'open again, under another code'}`)
    return refuse(`#${code.code} was answered before: ${became.join('; ')}. ${nothing}`)
  }

  function decideOne(card: ApprovalView, hash: string, verdict: Verdict, by: Decider, why: Extract<Reply, { kind: 'all' }> | undefined) {
    const outcome = toOutcome(card, when())
    const what = toPlain(card.what, 60)
    if (outcome !== undefined) return { done: false, line: `${what}: ${outcome}` }
    if (card.payloadHash !== hash) return { done: false, line: `${what}: it changed since you were told` }
    if (verdict === 'no') {
      approvals.deny(card.id, { reason: why?.reason ?? 'other', ...(why?.note && { note: why.note }) }, by)
      return { done: true, line: `Denied: ${what}` }
    }
    if (card.tier === 'T3') return { done: false, line: `${what}: T3 is approved only at the desk. Here you can deny it` }
    if (!isWhole(card)) return { done: false, line: `${what}: a phone does not show all of it, so it is approved only at the desk. Here you can deny it` }
    const approved = approvals.approve(card.id, hash, by)
    const seconds = Math.round(((approved.effectiveAt ?? clock.now()) - clock.now()) / 1000)
    return { done: true, line: `Approved: ${what}${seconds > 0 ? `. It begins in ${seconds} s` : ''}` }
  }

  function decide(code: ReplyCode, verdicts: ReadonlyMap<number, Verdict>, by: Decider, why?: Extract<Reply, { kind: 'all' }>): Said {
    const members = membersOf(code)
    const wrong = [...verdicts.keys()].find((number) => number < 1 || number > members.length)
    if (wrong !== undefined) return refuse(`#${code.code} has no number ${wrong}. ${nothing}`)
    const answers = [...verdicts].flatMap(([number, verdict]) => {
      const card = members[number - 1]
      const hash = code.members[number - 1]?.hash ?? ''
      return card ? [{ number, ...decideOne(card, hash, verdict, by, why) }] : []
    })
    const lines = answers.map(({ number, line }) => `${members.length > 1 ? `${number} · ` : ''}${line}`)
    if (!answers.some(({ done }) => done)) return refuse([...lines, nothing].join('\n'))
    store.endCode(code.code, 'used', clock.now())
    const left = membersOf(code).filter((card) => toOutcome(card, when()) === undefined)
    const bundleId = code.bundleId
    const fresh = bundleId ? toGroups(left).map((group) => ({ ...codes.forCard(bundleId, group), group })) : []
    const rest = fresh.map(
      ({ code: next, group }) =>
        `Still open under #${next}: ${group.map((card, at) => `${group.length > 1 ? `${at + 1} ` : ''}${toPlain(card.what, 50)}`).join('; ')}`,
    )
    const undo = answers.some(({ done, line }) => done && line.includes('begins in')) ? [`To take it back: undo ${code.code}`] : []
    return { text: [...lines, ...undo, ...rest].join('\n'), outcome: lines.join('; ') }
  }

  function undo(code: ReplyCode, by: Decider): Said {
    const open = membersOf(code).filter((card) => card.state === 'approved')
    if (open.length === 0) return refuse(`#${code.code}: there is nothing that can still be taken back.`)
    const back = open.map((card) => approvals.undo(card.id, by.actor))
    const [first] = back
    const next = first ? toGroups(back).map((group) => codes.forCard(first.bundleId, group).code) : []
    const text = `Taken back: ${back.map((card) => toPlain(card.what, 60)).join('; ')}. It waits for you again under ${next.map((one) => `#${one}`).join(', ')}.`
    return { text, outcome: 'undone' }
  }

  return {
    listOpen,

    /**
     * What becomes of an answer. `quoted` is the code of the card that it was an answer to. An approval through a channel that may not
     * decide is refused by the caller; a code never gives authority, it only says what is meant.
     */
    answer(reply: Reply, by: Decider, quoted: string | undefined): Said {
      if (reply.code !== null && quoted !== undefined && reply.code !== quoted)
        return refuse(`You quoted #${quoted} and wrote ${reply.code}. ${nothing} Send one of them alone.`)
      const wanted = reply.code ?? quoted
      if (wanted === undefined) return which(reply.kind === 'ambiguous' ? reply.because : `Which one? ${nothing}`)
      const code = codes.find(wanted)
      if (!code) return which(`I know no code ${wanted}. ${nothing}`)
      if (code.purpose !== 'card') return refuse(`#${code.code} confirms “${code.purpose}”, not a card. ${nothing}`)
      if (reply.kind === 'why') return { text: toReasons(code.code, membersOf(code), when()), outcome: 'explained' }
      if (reply.kind === 'undo') return undo(code, by)
      if (code.endedAt !== null) return ended(code)
      if (reply.kind === 'always')
        return refuse(
          `“Always” is not said on a phone: a playbook with a limit and an end can be drafted from this card at the desk. ${nothing} Reply ${code.code} yes|no for this once.`,
        )
      if (reply.kind === 'ambiguous') return refuse(`${reply.because} Reply ${howTo(code)}.`)
      if (reply.kind === 'each') return decide(code, reply.verdicts, by)
      if (reply.verdict === 'yes' && code.members.length > 1)
        return refuse(`#${code.code} has ${code.members.length} parts, so I need a word on each. ${nothing} Reply ${howTo(code)}.`)
      return decide(code, new Map(code.members.map((_, at) => [at + 1, reply.verdict])), by, reply)
    },
  }
}
export type Decisions = ReturnType<typeof createDecisions>

const howTo = ({ code, members }: ReplyCode): string =>
  members.length > 1 ? `with numbers, for example: ${members.map((_, at) => `${at + 1} yes`).join(' ')} ${code}` : `${code} yes or ${code} no`
