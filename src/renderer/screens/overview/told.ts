import type { ReefEvent } from '../../../contract/index.ts'
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
    case 'approval.requested':
      return { glyph: '◆', text: `Asks you: ${event.data.what}`, href: placeHref('inbox', event.data.id) }
    case 'approval.executed':
      return { glyph: '✓', text: `Took effect: ${event.data.what}`, href: placeHref('inbox', event.data.id) }
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
