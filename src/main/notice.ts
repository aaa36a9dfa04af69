import type { ReefEvent } from '../contract/index.ts'

/** What the desktop tells a person who is not looking. `link` is a path of the page. */
export type Notice = { readonly title: string; readonly body: string; readonly link: string }

/** Only what asks something of the owner, or ends what he asked for; everything else waits until he looks. */
export function toNotice(event: ReefEvent): Notice | undefined {
  switch (event.type) {
    case 'approval.requested':
      return { title: `${label(event.data.rehearsal)}Waits for you`, body: event.data.what, link: `/inbox/${event.data.id}` }
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
    default:
      return undefined
  }
}

const label = (rehearsal: boolean): string => (rehearsal ? 'REHEARSAL · ' : '')
