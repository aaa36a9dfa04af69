import { type ApprovalView, type BundleId, type ChannelName, type Instant, minutes, seconds, tiers } from '../../contract/index.ts'
import { type Clock, isDue } from '../kernel/clock.ts'
import { type WriteDb, write } from '../store/index.ts'
import { toCard, toClosing, toGroups, type When } from './cards.ts'
import type { Codes } from './codes.ts'
import type { CardRow, ConversationStore } from './conversation.store.ts'
import type { Cards, ConversationDeps, OpenBundle, Outgoing, Phones } from './deps.ts'
import { toLadderKey } from './ladder.ts'
import type { Timing } from './timing.ts'

export type MirrorDeps = Pick<ConversationDeps, 'logger' | 'settings' | 'urgency'> & {
  readonly db: WriteDb
  readonly clock: Clock
  readonly store: ConversationStore
  readonly codes: Codes
  readonly timing: Timing
  readonly approvals: Cards
  readonly channels: Phones
}

/** So long after a card that concerns revenue was sent, and nobody answered, somebody is called. */
const LADDER_MS = minutes(5)
/** Reading through two hundred open cards takes some ten milliseconds. */
const LOOK_MS = seconds(15)

/** A rehearsal rings nobody. */
const isOpen = ({ state, rehearsal }: ApprovalView) => state === 'requested' && !rehearsal
const rank = ({ tier }: ApprovalView) => tiers.indexOf(tier)
/** What has certainly not reached a phone. */
const unsent: ReadonlySet<string | undefined> = new Set(['pending', 'withdrawn', 'failed', 'expired'])

/**
 * Keeps the phone in step with the inbox: one message for a bundle, its reminders, and a last word when it was decided elsewhere. All of
 * it is read from tables and written in one transaction with its message, so it can be run at any time and as often as one likes.
 */
export function createMirror({ db, clock, store, codes, timing, approvals, channels, logger, settings, urgency }: MirrorDeps) {
  const when = (): When => ({ now: clock.now(), zone: settings().timeZone })

  /** One message for what may be answered together; of T3 there is one for each. */
  function send(bundleId: BundleId, open: readonly ApprovalView[], kind: 'approval' | 'reminder', head: string): void {
    for (const members of toGroups(open)) {
      const { code } = codes.forCard(bundleId, members)
      const expiresAt = Math.min(...members.map(({ deadline }) => deadline)) as Instant
      const outgoing: Outgoing = { kind, bundleId, expiresAt, ...toCard(code, members, when(), head), ...timing.notBefore(urgency(members)) }
      for (const { id } of channels.write(outgoing)) store.noteMessage(id, bundleId, code)
    }
  }

  /** Members that arrived after the owner was told join silently, unless they weigh more or press more than what he knows of (U-49). */
  function announce({ id, members }: OpenBundle, open: readonly ApprovalView[]): void {
    const told = new Map(store.codesOf(id).flatMap((code) => code.members.map((member) => [member.id, member.hash] as const)))
    const changed = open.filter((card) => told.has(card.id) && told.get(card.id) !== card.payloadHash)
    const known = members.filter((card) => told.has(card.id) && isOpen(card))
    const presses = open
      .filter((card) => !told.has(card.id))
      .some((late) => known.length === 0 || rank(late) > Math.max(...known.map(rank)) || late.deadline < Math.min(...known.map(({ deadline }) => deadline)))
    if (changed.length > 0) for (const code of store.codesOf(id)) store.endCode(code.code, 'changed', clock.now())
    // Who asked what waits was given a code before the bundle was told of.
    if (changed.length === 0 && !presses && store.card(id)) return
    store.openCard(id, clock.now())
    send(id, open, 'approval', changed.length > 0 ? 'REEF, changed' : 'REEF')
  }

  function remind({ id }: OpenBundle, open: readonly ApprovalView[]): void {
    const due = open.some((card) => card.reminded90At !== null) ? [50, 90] : open.some((card) => card.reminded50At !== null) ? [50] : []
    const fresh = due.filter((mark) => store.announce(`remind${mark}:${id}`, clock.now()))
    if (fresh.length === 0) return
    const asleep = open.every((card) => card.snoozedUntil !== null && card.snoozedUntil > clock.now())
    // What still waits to be sent says the same: a second one would only ring twice.
    const waits = store.messagesOf(id).some((message) => channels.sent(message.id)?.state === 'pending')
    if (!asleep && !waits) send(id, open, 'reminder', fresh.includes(90) ? 'REEF, last reminder' : 'REEF, reminder')
  }

  function callSomebody({ id }: OpenBundle, open: readonly ApprovalView[], card: CardRow): void {
    if (settings().phoneLadderUrl === '' || clock.now() - card.toldAt < LADDER_MS || urgency(open) !== 'revenue') return
    store.announce(toLadderKey(id), clock.now(), 'intent')
  }

  /** Nothing of it is open any more: what waits is kept back, and where the card had arrived, one message says what became of it. */
  function close(card: CardRow): void {
    const members = approvals.bundle(card.bundleId)
    if (members.some(isOpen)) {
      // A decision was undone: the card is open again, and its next reminder finds a phone that may not know it.
      if (card.withdrawnAt !== null) store.withdrawCard(card.bundleId, null)
      return
    }
    if (card.withdrawnAt === null) {
      channels.withdraw(card.bundleId)
      store.withdrawCard(card.bundleId, clock.now())
    }
    if (members.some(({ state, effectiveAt }) => state === 'approved' && effectiveAt !== null && effectiveAt > clock.now())) return
    tellOutcome(card.bundleId, members)
    store.endCodesOf(card.bundleId, 'closed', clock.now())
    store.closeCard(card.bundleId, clock.now())
  }

  function tellOutcome(bundleId: BundleId, members: readonly ApprovalView[]): void {
    const arrived = new Map<ChannelName, string>()
    for (const { id, code } of store.messagesOf(bundleId)) {
      const message = channels.sent(id)
      if (message && !unsent.has(message.state)) arrived.set(message.channel, code)
    }
    for (const [channel, code] of arrived) {
      const told = store.code(code)?.members.flatMap((member) => members.find((card) => card.id === member.id) ?? []) ?? []
      // Who decided there was answered there.
      if (told.length === 0 || told.every((card) => card.channel === channel)) continue
      channels.write({ kind: 'update', channel, bundleId, text: toClosing(code, told, when()), ...timing.notBefore('normal') })
    }
  }

  function tell(bundle: OpenBundle): void {
    const open = bundle.members.filter((member) => isOpen(member) && member.deadline > clock.now())
    if (open.length === 0) return
    announce(bundle, open)
    const card = store.card(bundle.id)
    if (!card) return
    remind(bundle, open)
    callSomebody(bundle, open, card)
  }

  /** One card that cannot be told of does not keep the others from being told. */
  function guarded(bundleId: BundleId, act: () => void): void {
    try {
      write(db, act)
    } catch (error) {
      logger.error({ err: error, bundle: bundleId }, 'a card could not be told')
    }
  }

  let nextAt = Number.NEGATIVE_INFINITY

  function lookAtAll(): void {
    const now = clock.now()
    const bundles = approvals.openBundles()
    for (const bundle of bundles) if (bundle.closesAt <= now) guarded(bundle.id, () => tell(bundle))
    const open = new Set(bundles.map(({ id }) => id))
    const settled = store.openCards().filter((card) => card.withdrawnAt !== null || !open.has(card.bundleId))
    for (const card of settled) guarded(card.bundleId, () => close(card))
    // The time to undo is a matter of seconds; what else only time brings about can wait a little.
    const soon = settled.length > 0 ? now : now + LOOK_MS
    nextAt = Math.min(soon, ...bundles.flatMap(({ closesAt }) => (closesAt > now ? [closesAt] : [])))
  }

  return {
    /** Says what is due. Between two changes of the inbox it is looked through only when time alone may have made something due. */
    look(): void {
      if (isDue(nextAt, clock.now(), LOOK_MS) && channels.phones().length > 0) lookAtAll()
    },
    /** Something of the inbox, or of the channels, may be otherwise than it was. */
    wake(): void {
      nextAt = Number.NEGATIVE_INFINITY
    },
  }
}
export type Mirror = ReturnType<typeof createMirror>
