import { formatMoney, type Nanodollars, type ReefEvent } from '../../../contract/index.ts'
import { placeHref } from '../../live/place.ts'

export type Told = { readonly glyph: string; readonly text: string; readonly href: string | undefined }

/** An event as one line for the owner; undefined for what is only the factory's business. */
export function tell(event: ReefEvent): Told | undefined {
  switch (event.type) {
    case 'factory.started':
      return { glyph: '·', text: event.data.recovered > 0 ? `REEF started and took up ${event.data.recovered} interrupted` : 'REEF started', href: undefined }
    case 'factory.paused':
      return { glyph: '·', text: 'Paused', href: undefined }
    case 'factory.resumed':
      return { glyph: '·', text: 'Resumed', href: undefined }
    case 'request.failed':
      return { glyph: '✕', text: `Could not be planned: ${event.data.error ?? event.data.text}`, href: undefined }
    case 'plan.created':
      return { glyph: '·', text: `Plan of ${event.data.plan.tasks} tasks: ${event.data.plan.title}`, href: placeHref('plans', event.data.plan.id) }
    case 'plan.completed':
      return { glyph: '✓', text: `Done: ${event.data.title}`, href: placeHref('plans', event.data.id) }
    case 'plan.failed':
      return { glyph: '✕', text: `Failed: ${event.data.title}`, href: placeHref('plans', event.data.id) }
    case 'plan.cancelled':
      return { glyph: '⊘', text: `Cancelled: ${event.data.title}`, href: placeHref('plans', event.data.id) }
    case 'task.completed':
      return { glyph: '✓', text: `${event.data.key} ${event.data.title}`, href: placeHref('plans', event.data.planId, event.data.id) }
    case 'task.retried':
      return { glyph: '↷', text: `${event.data.key} ${event.data.title}: tried again`, href: placeHref('plans', event.data.planId, event.data.id) }
    case 'queue.recovered':
      return { glyph: '↷', text: `${event.data.tasks.length} tasks were interrupted and are ready again`, href: undefined }
    case 'task.dead-lettered':
      return { glyph: '✖', text: `${event.data.key} ${event.data.title}: gave up`, href: placeHref('plans', event.data.planId, event.data.id) }
    case 'budget.refused':
      return {
        glyph: '$',
        text: `${event.data.agent} was refused a call: ${nameOf(event.data.budget)} is used up`,
        href: placeHref('spend', 'budgets'),
      }
    case 'budget.crossed':
      return {
        glyph: '$',
        text: `${capital(nameOf(event.data.budget))} ${markWords(event.data.mark)} ${formatMoney(event.data.budget.hard)}`,
        href: placeHref('spend', 'budgets'),
      }
    case 'spend.killed':
      return { glyph: '✕', text: `Spend was killed; ${event.data.aborted} calls were cut off`, href: placeHref('spend') }
    case 'spend.allowed':
      return { glyph: '·', text: 'Model calls are allowed again', href: placeHref('spend') }
    case 'velocity.exceeded':
      return {
        glyph: '▲',
        text: `The factory spends ${formatMoney(event.data.perHour as Nanodollars)} an hour, more than ${formatMoney(event.data.threshold as Nanodollars)}`,
        href: placeHref('spend'),
      }
    case 'price.guessed':
      return {
        glyph: '▲',
        text: `Nobody lists a price for ${event.data.provider}/${event.data.model}: it is counted at the ceiling`,
        href: placeHref('settings', 'models'),
      }
    case 'circuit.opened':
      return {
        glyph: '▲',
        text: `${event.data.provider}${event.data.model ? `/${event.data.model}` : ''}: ${event.data.detail}`,
        href: placeHref('settings', 'models'),
      }
    case 'agent.paused':
      return { glyph: '‖', text: `${event.data.name} is paused: ${event.data.paused?.reason ?? 'no reason given'}`, href: placeHref('agents', event.data.name) }
    case 'agent.resumed':
      return { glyph: '·', text: `${event.data.name} works again`, href: placeHref('agents', event.data.name) }
    case 'approval.requested':
      return { glyph: '◆', text: `Asks you: ${event.data.what}`, href: placeHref('inbox', event.data.id) }
    case 'approval.executed':
      return { glyph: '✓', text: `Took effect: ${event.data.what}`, href: placeHref('inbox', event.data.id) }
    case 'approval.failed':
      return { glyph: '✕', text: `Approved, but failed: ${event.data.what}`, href: placeHref('inbox', event.data.id) }
    case 'approval.interrupted':
      return { glyph: '≀', text: `Interrupted, may have happened: ${event.data.what}`, href: placeHref('inbox', event.data.id) }
    case 'approval.drifted':
      return { glyph: '▲', text: `Changed after you approved it, nothing was done: ${event.data.what}`, href: placeHref('inbox', event.data.id) }
    case 'approval.expired':
      return { glyph: '◷', text: `Expired unanswered: ${event.data.what}`, href: placeHref('inbox', event.data.id) }
    case 'release.proven':
      return {
        glyph: '✓',
        text: `${event.data.project} is up${event.data.latencyMs === null ? '' : `, answered in ${event.data.latencyMs} ms`}`,
        href: placeHref('plans', event.data.planId),
      }
    case 'release.failed':
      return { glyph: '✕', text: `${event.data.project} is not up: ${event.data.error ?? 'no reason given'}`, href: placeHref('plans', event.data.planId) }
    case 'branch.merged':
      return { glyph: '·', text: `${event.data.project}: ${event.data.from} merged into ${event.data.into}`, href: placeHref('plans', event.data.planId) }
    case 'agent.rejected':
      return { glyph: '▲', text: `${event.data.file} was not accepted: ${event.data.message}`, href: placeHref('agents') }
    default:
      return undefined
  }
}

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)

/** "the day of agent Rex", "the factory's month". */
function nameOf({ scope, subject, period }: { readonly scope: string; readonly subject: string; readonly period: string }): string {
  const whose = scope === 'global' ? 'the factory' : subject === '*' ? `a ${scope}` : `${scope} ${subject.includes('_') ? `…${subject.slice(-6)}` : subject}`
  return period === 'day' || period === 'month' ? `the ${period} of ${whose}` : whose
}

const markWords = (mark: 'soft' | 'forecast' | 50 | 80 | 100): string =>
  mark === 'soft' ? 'passed its alert; it stops at' : mark === 'forecast' ? 'is on its way to' : `has reached ${mark} % of`
