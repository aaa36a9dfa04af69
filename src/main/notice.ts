import { type BudgetView, type EventData, formatMoney, type Nanodollars, type ReefEvent, toBudgetName } from '../contract/index.ts'

/** What the desktop tells a person who is not looking. `link` is a path of the page. */
export type Notice = { readonly title: string; readonly body: string; readonly link: string }

/** Only what asks something of the owner, or ends what he asked for; everything else waits until he looks. */
export function toNotice(event: ReefEvent): Notice | undefined {
  switch (event.type) {
    case 'approval.requested':
      return { title: `${label(event.data.rehearsal)}Waits for you`, body: event.data.what, link: `/inbox/${event.data.id}` }
    case 'approval.reminded':
      return event.data.reminded90At === null
        ? undefined
        : { title: `${label(event.data.rehearsal)}Still waits for you`, body: event.data.what, link: `/inbox/${event.data.id}` }
    case 'approval.failed':
    case 'approval.interrupted':
      return {
        title: `${label(event.data.rehearsal)}${event.type === 'approval.failed' ? 'Approved, but failed' : 'May have happened'}`,
        body: event.data.what,
        link: `/inbox/${event.data.id}`,
      }
    case 'approval.drifted':
      return { title: `${label(event.data.rehearsal)}Changed after you approved it`, body: event.data.what, link: `/inbox/${event.data.id}` }
    case 'channel.lost':
      return { title: `${event.data.title} is lost`, body: 'Approvals are decided here. Nothing is approved by silence.', link: '/channels' }
    case 'policy.rejected':
      return { title: 'Your policy has a mistake', body: event.data.problems[0]?.message ?? 'What held before still holds.', link: '/rules' }
    case 'plan.completed':
      return {
        title: `${label(event.data.rehearsal)}Done`,
        body: event.data.endpoint ? `${event.data.title}: ${event.data.endpoint}` : event.data.title,
        link: `/plans/${event.data.id}`,
      }
    case 'plan.failed':
      return { title: `${label(event.data.rehearsal)}Failed`, body: event.data.title, link: `/plans/${event.data.id}` }
    case 'release.failed':
      return {
        title: `${label(event.data.rehearsal)}Not up`,
        body: `${event.data.project}: ${event.data.error ?? 'no reason given'}`,
        link: `/plans/${event.data.planId}`,
      }
    case 'request.failed':
      return { title: 'Could not be planned', body: event.data.error ?? event.data.text, link: '/overview' }
    case 'budget.refused':
      return { title: 'Out of money', body: toBudgetSentence(event.data.budget), link: '/spend/budgets' }
    case 'budget.crossed':
      return isLoud(event.data) ? { title: toMarkTitle(event.data.mark), body: toBudgetSentence(event.data.budget), link: '/spend/budgets' } : undefined
    case 'agent.paused':
      return event.data.paused && event.data.paused.by !== 'owner'
        ? { title: `${event.data.name} is paused`, body: event.data.paused.reason, link: '/agents' }
        : undefined
    case 'velocity.exceeded':
      return { title: 'Money goes fast', body: `${formatMoney(event.data.perHour as Nanodollars)} an hour`, link: '/spend' }
    case 'price.guessed':
      return { title: 'No price is known', body: `${event.data.provider}/${event.data.model} is billed at the ceiling`, link: '/spend/calls' }
    case 'circuit.opened':
      return event.data.state === 'refused' ? { title: 'A provider refuses', body: event.data.detail, link: '/settings' } : undefined
    default:
      return undefined
  }
}

/**
 * Every event as a notice, once for each matter: requests that arrive as one bundle are told as one (U-49), but what is in earnest is told
 * by itself. The words of agents in it are one line of text: a desktop may read markup, links and pictures out of a notice (U-61).
 */
export function createNoticeReader(): (event: ReefEvent) => Notice | undefined {
  /** The last few bundles; older ones have no new members. */
  const told: string[] = []
  return (event) => {
    if (event.type === 'approval.requested' && event.data.tier !== 'T3') {
      const { bundleId } = event.data
      if (told.includes(bundleId)) return undefined
      told.push(bundleId)
      if (told.length > MOST_TOLD) told.shift()
    }
    const notice = toNotice(event)
    return notice && { ...notice, title: toLine(notice.title), body: toLine(notice.body) }
  }
}

/** Without what a desktop would take for markup, and without what is not seen or turns the letters beside it. */
function toLine(text: string): string {
  const line = text
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS - 1)}…` : line
}

const MOST_CHARACTERS = 300
const MOST_TOLD = 100

const label = (rehearsal: boolean): string => (rehearsal ? 'REHEARSAL · ' : '')

/** What the whole factory may spend is worth a word at every mark; a single limit only when it is reached. */
const isLoud = ({ budget, mark }: EventData<'budget.crossed'>): boolean =>
  budget.scope === 'global' ? mark !== 50 : mark === 100 && budget.scope !== 'attempt'
const toMarkTitle = (mark: EventData<'budget.crossed'>['mark']): string =>
  mark === 'forecast' ? 'The limit will be reached' : mark === 'soft' ? 'The alert is reached' : `${mark} % is spent`
const toBudgetSentence = (budget: BudgetView): string =>
  `${toBudgetName(budget, (subject) => subject)}: ${formatMoney(budget.spent)} of ${formatMoney(budget.hard)}`
