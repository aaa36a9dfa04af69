import { type ApprovalView, type Brief, formatMoney, hours, type Instant, type Settings } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { wallTime } from '../kernel/zone.ts'
import { type WriteDb, write } from '../store/index.ts'
import { toOutcome } from './cards.ts'
import type { ConversationStore } from './conversation.store.ts'
import type { Cards, Phones, Reads } from './deps.ts'
import { cut, toPlain } from './plain.ts'
import { dayOf, timeOf } from './times.ts'

export type BriefDeps = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly settings: () => Settings
  readonly store: ConversationStore
  readonly reads: Reads
  readonly approvals: Pick<Cards, 'openBundles'>
  readonly channels: Phones
}
type Section = Brief['sections'][number]

/** How far back lists are looked through; a day of a busy factory is well within. */
const MOST_ROWS = 500
const MOST_LINES = 12
/** When REEF was first started here: no morning before it was missed. */
const BEGAN = 'began'
const MOST_CHARACTERS = 1800

/** What happened, what it cost and what waits: as a message each morning, and for whoever comes back to the desk (R-021). */
export function createBriefs({ db, clock, settings, store, reads, approvals, channels }: BriefDeps) {
  const zone = () => settings().timeZone
  const when = () => ({ now: clock.now(), zone: zone() })
  const time = (at: Instant) => timeOf(at, clock.now(), zone())

  function compose(since: Instant): Brief {
    const now = clock.now()
    const within = (at: Instant | null): at is Instant => at !== null && at > since && at <= now
    const plans = reads.plans(MOST_ROWS).filter(({ rehearsal, endedAt }) => !rehearsal && within(endedAt))
    const decided = reads.decided(MOST_ROWS).filter(({ rehearsal, decidedAt }) => !rehearsal && within(decidedAt))
    const waits = approvals.openBundles().flatMap(({ members }) => members.filter(({ state, rehearsal }) => state === 'requested' && !rehearsal))
    const stuck = reads.attention(MOST_ROWS).filter(({ state }) => state === 'failed' || state === 'dead_letter')
    const releases = reads.releases(MOST_ROWS).filter(({ rehearsal, startedAt }) => !rehearsal && within(startedAt))
    const spent = reads.spentBetween(since, now)
    const { spent: today, stop } = reads.spend()
    const done = plans.filter(({ state }) => state === 'done')
    const failed = plans.filter(({ state }) => state === 'failed')
    const expired = decided.filter(({ state }) => state === 'expired')

    const sections: Section[] = [
      section('Waiting for you', waits, (card) => ({ text: `${card.tier} · ${toPlain(card.what, 90)} (by ${time(card.deadline)})`, link: card.id })),
      section('Done', done, (plan) => ({
        text: `${plan.project}: ${toPlain(plan.title, 80)} · ${plan.done} tasks, ${formatMoney(plan.spent)}${plan.endpoint ? ` · ${plan.endpoint}` : ''}`,
        link: plan.id,
      })),
      section('Released', releases, (release) => ({
        text: `${release.project} · ${release.state}${release.url ? ` · ${release.url}` : ''}`,
        link: release.planId,
      })),
      section('Failed', failed, (plan) => ({ text: `${plan.project}: ${toPlain(plan.title, 80)} · ${plan.done} of ${plan.tasks} tasks`, link: plan.id })),
      section('Stuck', stuck, (task) => ({
        text: `${task.key} · ${toPlain(task.title, 60)}${task.error ? ` · ${toPlain(task.error, 80)}` : ''}`,
        link: task.id,
      })),
      section('Ran out', expired, (card) => ({ text: `${toPlain(card.what, 80)} · ${toOutcome(card, when()) ?? ''}`, link: card.id })),
      section('Decided', decided.filter(isOwners), (card) => ({ text: `${toPlain(card.what, 80)} · ${toOutcome(card, when()) ?? ''}`, link: card.id })),
      {
        title: 'Spend',
        lines: [{ text: `${formatMoney(spent)} since ${time(since)}; ${formatMoney(today)} today of at most ${formatMoney(stop)}`, link: null }],
      },
    ].filter(({ lines }) => lines.length > 0)
    const headline = [
      `${waits.length === 0 ? 'nothing' : waits.length} ${waits.length === 1 ? 'waits' : waits.length === 0 ? 'waits' : 'wait'} for you`,
      `${done.length} done`,
      ...(failed.length > 0 ? [`${failed.length} failed`] : []),
      ...(expired.length > 0 ? [`${expired.length} ran out`] : []),
      `${formatMoney(spent)} spent`,
    ].join(', ')
    return { at: now, since, headline: `${headline[0]?.toUpperCase() ?? ''}${headline.slice(1)}`, sections }
  }

  /** The instant of this morning's brief, and since when it tells; undefined before it is due. One that was missed is told as long as its day lasts. */
  function toDue(): { readonly at: Instant; readonly since: Instant } | undefined {
    const { briefAt, briefEnabled } = settings()
    const today = dayOf(clock.now(), zone())
    const at = wallTime(today, briefAt, zone())
    return briefEnabled && at <= clock.now() ? { at, since: wallTime(today.subtract({ days: 1 }), briefAt, zone()) } : undefined
  }

  return {
    compose: (since?: Instant): Brief => compose(since ?? ((clock.now() - hours(24)) as Instant)),
    text: (since?: Instant): string => toText(compose(since ?? ((clock.now() - hours(24)) as Instant))),
    /** Sends the brief of this morning, once. */
    look(): void {
      const due = toDue()
      const key = `brief:${dayOf(clock.now(), zone()).toString()}`
      if (store.saidAt(BEGAN) === undefined) write(db, () => store.announce(BEGAN, clock.now()))
      if (!due || store.saidAt(key) !== undefined || due.at < (store.saidAt(BEGAN) ?? 0)) return
      write(db, () => {
        store.announce(key, clock.now())
        if (channels.phones().length > 0) channels.write({ kind: 'brief', text: toText(compose(due.since), 'Morning brief. ') })
      })
    },
  }
}
export type Briefs = ReturnType<typeof createBriefs>

const isOwners = ({ state, decidedBy }: ApprovalView): boolean => decidedBy === 'owner' && state !== 'expired'

const section = <T>(title: string, rows: readonly T[], line: (row: T) => Section['lines'][number]): Section => ({
  title: rows.length > MOST_LINES ? `${title} (${rows.length})` : title,
  lines: rows.slice(0, MOST_LINES).map(line),
})

function toText(brief: Brief, greeting = ''): string {
  const lines = brief.sections.flatMap(({ title, lines: shown }) => [`${title}:`, ...shown.map(({ text }) => `- ${text}`)])
  return cut([`${greeting}${brief.headline}.`, ...lines].join('\n'), MOST_CHARACTERS)
}
