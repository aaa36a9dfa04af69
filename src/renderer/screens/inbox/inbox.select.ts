import { type ApprovalView, approvalWords, questionPrefix } from '../../../contract/index.ts'
import type { Rows } from '../../live/state.ts'

/** One card: a request alone, or all of one matter (U-49). */
export type Item = {
  /** Id of its first member; later ones do not change it. */
  readonly key: string
  /** In the order of their birth, so that their numbers stay. */
  readonly members: readonly [ApprovalView, ...ApprovalView[]]
  /** Of what is open; the earliest. Of a card that is decided, that of its first member. */
  readonly deadline: number
}

export const isOpen = (approval: ApprovalView): boolean => approval.state === 'requested'
/** Approved by the owner, but not yet done: it can still be undone, or is being done. What a rule answered for him is no card. */
export const isTakingEffect = ({ state, decidedBy }: ApprovalView): boolean =>
  (state === 'approved' || state === 'executing') && decidedBy !== 'engine' && decidedBy !== 'playbook'
const isOver = (approval: ApprovalView) => !isOpen(approval) && !isTakingEffect(approval)

/** Every matter that is known, over or not, the most urgent first. T3 stands alone, whatever bundle it came in (U-49). */
export function toMatters(approvals: Rows<ApprovalView>): readonly Item[] {
  const matters = new Map<string, ApprovalView[]>()
  for (const approval of Object.values(approvals)) {
    const matter = approval.tier === 'T3' ? approval.id : approval.bundleId
    const known = matters.get(matter)
    if (known) known.push(approval)
    else matters.set(matter, [approval])
  }
  return [...matters.values()].map(toItem).sort(byUrgency)
}

/** Whether anything of it waits, or can still be taken back. */
export const isPresent = (item: Item): boolean => !item.members.every(isOver)

function toItem(members: readonly ApprovalView[]): Item {
  const [first, ...rest] = [...members].sort(byBirth)
  const lead = first as ApprovalView
  const open = members.filter(isOpen)
  return { key: lead.id, members: [lead, ...rest], deadline: open.length === 0 ? lead.deadline : Math.min(...open.map((one) => one.deadline)) }
}

/** Requests that wait, on however many cards: the one number of the owner. */
export const countOpen = (items: readonly Item[]): number => items.reduce((sum, { members }) => sum + members.filter(isOpen).length, 0)

/** A card of one request that is over: the history knows no bundles. */
export const toSingle = (approval: ApprovalView): Item => ({ key: approval.id, members: [approval], deadline: approval.deadline })

const byBirth = (a: ApprovalView, b: ApprovalView) => (a.id < b.id ? -1 : 1)
const waits = (item: Item) => Number(item.members.some(isOpen))
/** What can still be undone first, then the next deadline; ties keep their order of birth. */
const byUrgency = (a: Item, b: Item) => waits(a) - waits(b) || a.deadline - b.deadline || (a.key < b.key ? -1 : 1)

/** Out of sight until later: everything of it that is open was put off. */
export function isSnoozed(item: Item, now: number): boolean {
  const open = item.members.filter(isOpen)
  return open.length > 0 && open.every((one) => one.snoozedUntil !== null && one.snoozedUntil > now)
}

/** Decided, expired or overtaken, the last first. */
export function toHistory(approvals: Rows<ApprovalView>): readonly ApprovalView[] {
  return Object.values(approvals)
    .filter(isOver)
    .sort((a, b) => (b.decidedAt ?? b.deadline) - (a.decidedAt ?? a.deadline))
}

/**
 * The list under the owner's finger (U-19): what he saw keeps its place, what is over leaves it unless it is in front of him, and what is new
 * waits until he asks for it. With nothing on screen the new comes in at once.
 */
export function holdOrder(
  held: readonly string[],
  present: readonly string[],
  chosen: string | undefined,
): { readonly keys: readonly string[]; readonly fresh: number } {
  const there = new Set(present)
  const keys = held.filter((key) => there.has(key) || key === chosen)
  if (!keys.some((key) => there.has(key))) return { keys: [...keys, ...present], fresh: 0 }
  const known = new Set(held)
  return { keys, fresh: present.filter((key) => !known.has(key)).length }
}

/** The key before or after `key`; the first one when it is not in the list. */
export function neighbour(keys: readonly string[], key: string | undefined, step: 1 | -1): string | undefined {
  const at = key === undefined ? -1 : keys.indexOf(key)
  if (at < 0) return keys[0]
  return keys[Math.min(keys.length - 1, Math.max(0, at + step))]
}

/** How much of the time to answer is gone, 0 to 1. */
export function usedShare({ requestedAt, deadline }: Pick<ApprovalView, 'requestedAt' | 'deadline'>, now: number): number {
  const whole = deadline - requestedAt
  return whole <= 0 ? 1 : Math.min(1, Math.max(0, (now - requestedAt) / whole))
}

/** What silence means for this request (U-45): never yes. */
export const ifNothing = ({ safeDefault }: ApprovalView): string => (safeDefault === 'deny' ? 'denied' : 'your template is sent')

/** The same where there is room for a word or two. */
export const ifNothingShort = ({ safeDefault }: ApprovalView): string => (safeDefault === 'deny' ? 'denied' : 'template sent')

/** What nobody could say: it is a reason not to hurry, and one step more before a yes (U-41). */
export function unknowns({ blast, reversible, cost, previews }: ApprovalView): readonly string[] {
  return [
    isUnknown(blast) ? 'how far it reaches' : '',
    isUnknown(reversible) ? 'whether it can be taken back' : '',
    isUnknown(cost) ? 'what it costs' : '',
    previews.length === 0 ? 'what exactly is done' : '',
  ].filter(Boolean)
}
export const isUnknown = (words: string): boolean => words.trim() === '' || /^unknown/i.test(words)

/** Why the open ones of a bundle cannot be approved together; null when they can (U-49). `seen` says how many previews of a request were looked at. */
export function whyNotAll(members: readonly ApprovalView[], seen: (approval: ApprovalView) => number): string | null {
  const open = members.filter(isOpen)
  if (open.length < 2) return 'fewer than two are open'
  const other = members.findIndex((one) => one.tier !== 'T2')
  if (other >= 0) return `number ${other + 1} is ${members[other]?.tier}`
  const vague = members.findIndex((one) => isOpen(one) && unknowns(one).length > 0)
  if (vague >= 0) return `of number ${vague + 1} it is unknown ${unknowns(members[vague] as ApprovalView)[0]}`
  const several = members.findIndex((one) => isOpen(one) && one.options.length > 0)
  if (several >= 0) return `number ${several + 1} can be approved in several ways`
  const unseen = open.filter((one) => seen(one) < one.previews.length).length
  return unseen > 0 ? `${unseen === open.length ? 'none' : open.length - unseen} of ${open.length} was looked at` : null
}

/** Which of several ways was taken, as its button said; undefined where there was only one. */
export const chosenLabel = ({ options, chosen }: ApprovalView): string | undefined => options.find(({ id }) => id === chosen)?.label

const deciders: Readonly<Record<string, string>> = {
  owner: 'by you',
  'rehearsal-owner': 'by the rehearsal',
  playbook: 'by your playbook',
  engine: 'by the policy, without asking',
}
/** How a question is kept: it closes the card, and the agent reads it (U-46). */

/** How a request ended, in words for the owner. */
export function endedHow(approval: ApprovalView): string {
  const { decidedBy, channel, reason, outcome, state } = approval
  const by = deciders[decidedBy ?? ''] ?? ''
  const where = channel && decidedBy !== 'playbook' && decidedBy !== 'engine' ? `on the ${channel}` : ''
  const because = reason ? `: ${reason}` : ''
  const said = (verb: string) => [verb, by, where].filter(Boolean).join(' ')
  switch (state) {
    case 'expired':
      return approval.safeDefault === 'deny' ? 'nobody answered in time, so it was denied' : 'nobody answered in time: only your template may go out'
    case 'drifted':
      return 'it changed after you approved it, so nothing was done'
    case 'superseded':
      return reason ?? 'a newer request took its place'
    case 'voided':
      return reason ?? 'the run that asked is over, so nothing was done'
    case 'denied':
      return reason?.startsWith(questionPrefix) ? `you asked: ${reason.slice(questionPrefix.length)}` : said('denied') + because
    case 'failed':
    case 'interrupted':
      return `${approvalWords[state].word}${outcome ? `: ${outcome}` : ''}`
    default: {
      const label = chosenLabel(approval)
      return said('approved') + (label === undefined ? because : `: ${label}`) + (outcome ? `; what came of it: ${outcome}` : '')
    }
  }
}
