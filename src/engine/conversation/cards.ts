import type { ApprovalView, Instant, KnownAction, MessageButton } from '../../contract/index.ts'
import { cut, toPlain } from './plain.ts'
import { clockOf, timeOf } from './times.ts'

/** The longest text of a message (U-65): with its buttons it fits into every channel. */
export const MOST_CHARACTERS = 900
export const WHAT = 90
const DETAIL = 80
/** What a line of a bundle may be shortened to. */
const SHORTEST = 24

export type When = { readonly now: Instant; readonly zone: string }
export type CardText = { readonly text: string; readonly buttons: readonly MessageButton[] }

/** Its words are an agent's, so they are never shortened beside others. */
export const isCommand = ({ action }: ApprovalView) => action === ('command.run' satisfies KnownAction)
const isT3 = ({ tier }: ApprovalView) => tier === 'T3'

/**
 * One message for members of one bundle, answered by one code. What agents wrote stands in it as one line, without anything that could
 * pass for REEF's own words; the owner's own templates are not repeated. The members are those of the code, in the order of their numbers.
 */
export function toCard(code: string, members: readonly ApprovalView[], when: When, head = 'REEF'): CardText {
  const [only] = members
  if (!only) throw new Error('a card without a member')
  return members.length === 1 ? toSingle(code, only, when, head) : toBundle(code, members, when, head)
}

/** As many as one message can name and still be read. */
const MOST_MEMBERS = 6
/** Of a message, for members: the rest is its head, its deadline and how to answer. */
const MOST_OF_MEMBERS = 700

/** What may be answered with one code: of T3 each alone (U-49), and of the others as many as a message names without hiding one. */
export function toGroups(open: readonly ApprovalView[]): ApprovalView[][] {
  const groups: ApprovalView[][] = []
  let room = 0
  for (const card of open.filter((one) => !isT3(one))) {
    const last = groups.at(-1)
    const length = longestMember(card)
    if (last && last.length < MOST_MEMBERS && length <= room) last.push(card)
    else groups.push([card])
    room = (groups.at(-1) === last ? room : MOST_OF_MEMBERS) - length
  }
  return [...open.filter(isT3).map((card) => [card]), ...groups]
}

/**
 * Whether a phone can show all of what would be done. The words of a command are the agent's: where its line is cut, or something in it is
 * masked, what is hidden may be what matters (U-43).
 */
export const isWhole = (card: ApprovalView): boolean => !isCommand(card) || (toPlain(card.what, WHAT) === card.what && !card.what.endsWith('…'))
const isForDesk = (card: ApprovalView): boolean => isT3(card) || !isWhole(card)

function toSingle(code: string, card: ApprovalView, when: When, head: string): CardText {
  const lines = [
    `${head} #${code} · ${card.tier} · ${toPlain(card.what, WHAT)}`,
    [toPlain(card.reversible, DETAIL), card.irreversible ? 'cannot be taken back' : '', toPlain(card.cost, DETAIL)].filter(Boolean).join(' · '),
    `Reaches: ${toPlain(card.blast, DETAIL)}`,
    card.taintedBy ? `Careful: led by ${toPlain(card.taintedBy, 60)}` : '',
    card.why ? `Why: ${toPlain(card.why, 160)}` : '',
    card.options.length > 1 ? `Yes means: ${toPlain(card.options[0]?.label ?? '', 60)}. Other ways at the desk.` : '',
    silence(card, when),
    isForDesk(card)
      ? `Approve only at the desk${isT3(card) ? '' : ', where all of it can be seen'}. To deny: ${code} no`
      : `👍 approve once · 👎 deny · or ${code} yes|no|why`,
  ]
  return {
    text: toFitting(lines),
    buttons: isForDesk(card) ? [button('no', code), button('why', code)] : [button('yes', code), button('no', code), button('why', code)],
  }
}

function toBundle(code: string, members: readonly ApprovalView[], when: When, head: string): CardText {
  const first = Math.min(...members.map(({ deadline }) => deadline))
  const differ = members.some(({ deadline }) => deadline !== first)
  const lines = (most: number) => [
    `${head} #${code} · ${members.length} decisions about one matter`,
    ...members.map((card, at) => toMember(card, at, isCommand(card) ? WHAT : most, differ || card.safeDefault !== 'deny' ? silenceShort(card, when) : '')),
    differ
      ? ''
      : `No reply by ${timeOf(first as Instant, when.now, when.zone)} ⇒ ${members.every((card) => card.safeDefault === 'deny') ? 'all DENIED' : 'as said above'}.`,
    `Reply with numbers: ${members.map((_, at) => `${at + 1} ${at === 0 ? 'yes' : 'no'}`).join(' ')} ${code} · or ${code} no|why`,
  ]
  const longest = [WHAT, 70, 50, 35].map((most) => lines(most)).find((some) => some.filter(Boolean).join('\n').length <= MOST_CHARACTERS)
  return { text: toFitting(longest ?? lines(SHORTEST)), buttons: [button('no', code, 'Deny all'), button('why', code)] }
}

const toMember = (card: ApprovalView, at: number, most: number, silence: string): string =>
  [
    `${at + 1} · ${card.tier} · ${toPlain(card.what, most)}`,
    isWhole(card) ? '' : 'yes only at the desk',
    card.irreversible ? 'cannot be taken back' : toPlain(card.reversible, 30),
    toPlain(card.cost, 20),
    silence,
    card.taintedBy ? 'led by untrusted text' : '',
  ]
    .filter(Boolean)
    .join(' · ')
/** Characters that a member needs at the least: a command is never shortened. */
const longestMember = (card: ApprovalView): number =>
  toMember(card, 0, isCommand(card) ? WHAT : SHORTEST, 'Wed, 30 Sep 23:59 NZDT ⇒ your approved words').length + 1

const titles = { yes: 'Approve once', no: 'Deny', why: 'Why?' } as const
const button = (verb: keyof typeof titles, code: string, title: string = titles[verb]): MessageButton => ({ id: `${verb}:${code}`, title })

const silence = (card: ApprovalView, { now, zone }: When): string =>
  `No reply by ${timeOf(card.deadline, now, zone)} ⇒ ${card.safeDefault === 'deny' ? 'DENY' : 'your approved words are sent, not the draft'}.`
const silenceShort = (card: ApprovalView, { now, zone }: When): string =>
  `${timeOf(card.deadline, now, zone)} ⇒ ${card.safeDefault === 'deny' ? 'DENY' : 'your approved words'}`

/** The last line says how to answer, so it is never what is cut. */
function toFitting(lines: readonly string[]): string {
  const shown = lines.filter(Boolean)
  const last = shown.at(-1) ?? ''
  const body = shown.slice(0, -1).join('\n')
  const room = MOST_CHARACTERS - last.length - 1
  return `${body.length > room ? cut(body, room - (body.length - [...body].length)) : body}\n${last}`
}

/** What lies behind a card, for whoever asks why. */
export function toReasons(code: string, members: readonly ApprovalView[], when: When): string {
  const lines = members.flatMap((card, at) => [
    `${members.length > 1 ? `${at + 1} · ` : ''}${toPlain(card.what, WHAT)}`,
    `Why: ${toPlain(card.why, 160) || 'not said'}`,
    card.tierBecause.length > 0 ? `${card.tier} because: ${card.tierBecause.map((reason) => toPlain(reason, 80)).join('; ')}` : '',
    card.evidence.length > 0 ? `Seen: ${card.evidence.map((fact) => toPlain(fact, 60)).join('; ')}` : '',
    card.taintedBy ? `Untrusted: ${toPlain(card.taintedBy, 60)}` : '',
    card.agentSays ? `${toPlain(card.askedBy, 40)} says: “${toPlain(card.agentSays, 160)}”` : '',
  ])
  const reply = members.length > 1 ? `1 yes 2 no ${code}` : members.some(isT3) ? `${code} no, or approve at the desk` : `${code} yes|no`
  return toFitting([`REEF #${code}`, ...lines, members[0] ? silence(members[0], when) : '', `Reply: ${reply}`])
}

const faces: Readonly<Record<string, string>> = {
  desktop: 'on the desktop',
  browser: 'in the browser',
  cli: 'on the command line',
  http: 'by a script',
  whatsapp: 'on WhatsApp',
  openclaw: 'on WhatsApp',
  webhook: 'over the webhook',
}

/** What became of a card: "approved 14:03 on the desktop" (U-55). Undefined while nothing did. */
export function toOutcome(card: ApprovalView, { now, zone }: When): string | undefined {
  const where = card.channel ? (faces[card.channel] ?? `over ${toPlain(card.channel, 20)}`) : ''
  const at = card.decidedAt ? clockOf(card.decidedAt, zone) : ''
  const said = (word: string) => [word, at, where].filter(Boolean).join(' ')
  switch (card.state) {
    case 'requested':
      return card.deadline <= now ? 'too late: nobody answered in time' : undefined
    case 'approved':
    case 'executing':
    case 'executed':
      return card.playbookId ? said('approved by a playbook') : said('approved')
    case 'failed':
      return `${said('approved')}, but it failed`
    case 'interrupted':
      return `${said('approved')}, but it was interrupted: look at the desk`
    case 'denied':
      return said('denied')
    case 'expired':
      return card.safeDefault === 'deny'
        ? `denied${at ? ` ${at}` : ''}: nobody answered in time`
        : `only your approved words may go out${at ? `, since ${at}` : ''}: nobody answered in time`
    case 'superseded':
      return 'replaced by another request'
    case 'voided':
      return 'not needed any more'
    case 'drifted':
      return 'changed after it was approved: nothing was done'
    default:
      return never(card.state)
  }
}

/** Of a whole card, with the numbers that it had. */
export function toClosing(code: string, members: readonly ApprovalView[], when: When): string {
  const outcomes = members.map((card) => toOutcome(card, when) ?? 'open')
  if (members.length === 1)
    return toFitting([
      `REEF #${code} · ${toPlain(members[0]?.what ?? '', WHAT)}`,
      `Already ${outcomes[0]}.`.replace(/^Already (?=too|not|replaced|changed|your)/, ''),
    ])
  return toFitting([
    `REEF #${code} is settled:`,
    ...members.map((card, at) => `${at + 1} · ${toPlain(card.what, 50)}: ${outcomes[at]}`),
    'Nothing is left to answer.',
  ])
}

function never(state: never): never {
  throw new Error(`unknown state ${String(state)}`)
}
