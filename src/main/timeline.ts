import { approvalWords, type PlanId, planWords, type ReefEvent, taskWords } from '../contract/index.ts'

/** The rehearsal's course for the terminal that started REEF, one line for each thing worth a look. */
export function createTimeline({
  dataDirFlag,
  zone,
  rehearsal,
}: {
  dataDirFlag: string
  zone: string
  /** One that was running before. */
  rehearsal: PlanId | undefined
}): (event: ReefEvent) => string | undefined {
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: zone })
  const rehearsals = new Set<PlanId>(rehearsal ? [rehearsal] : [])
  return (event) => {
    if (event.type === 'plan.created' && event.data.plan.rehearsal) rehearsals.add(event.data.plan.id)
    const words = toWords(event, rehearsals, dataDirFlag)
    return words && `${clock.format(event.at)}  REHEARSAL  ${words}`
  }
}

function toWords(event: ReefEvent, rehearsals: ReadonlySet<PlanId>, dataDirFlag: string): string | undefined {
  switch (event.type) {
    case 'request.submitted':
      return event.data.rehearsal ? `"${event.data.text}": no model is connected, so a script plays one. It costs nothing. Skip it in the window.` : undefined
    case 'plan.created':
      return event.data.plan.rehearsal ? `◌ planned: ${event.data.tasks.map((task) => `${task.key} ${task.title}`).join(', ')}` : undefined
    case 'task.started':
    case 'task.submitted':
    case 'task.completed':
    case 'task.failed':
    case 'task.dead-lettered': {
      const { agent, key, planId, state, title } = event.data
      return rehearsals.has(planId)
        ? `${taskWords[state].glyph} ${key} ${title}: ${taskWords[state].word}${state === 'running' ? ` (${agent})` : ''}`
        : undefined
    }
    case 'task.retried':
      return rehearsals.has(event.data.planId) ? `↻ ${event.data.key} goes back to ${event.data.agent}: ${firstLine(event.data.error)}` : undefined
    case 'approval.requested':
      return event.data.rehearsal
        ? `◆ ${event.data.what}? Answer in the window or with: npx reef approval approve ${event.data.id.slice(-6)}${dataDirFlag}`
        : undefined
    case 'approval.approved':
    case 'approval.denied':
    case 'approval.expired':
      return event.data.rehearsal
        ? `${approvalWords[event.data.state].glyph} ${approvalWords[event.data.state].word} by ${event.data.decidedBy ?? 'nobody in time'}`
        : undefined
    case 'release.proven':
      return event.data.rehearsal ? `✓ runs at ${event.data.url}` : undefined
    case 'plan.completed':
    case 'plan.failed':
    case 'plan.cancelled':
      return event.data.rehearsal
        ? `${planWords[event.data.state].glyph} ${planWords[event.data.state].word}: ${event.data.done} of ${event.data.tasks} tasks${event.data.endpoint ? `, ${event.data.endpoint}` : ''}`
        : undefined
    default:
      return undefined
  }
}

const firstLine = (text: string | null): string => text?.trim().split('\n')[0]?.slice(0, 120) ?? 'no reason given'
