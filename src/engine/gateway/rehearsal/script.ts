import type { Conversation } from './conversation.ts'
import { review } from './reviewer.ts'
import { pick, type Turn } from './turn.ts'
import { apiTurns } from './turns/api.ts'
import { designTurns } from './turns/design.ts'
import { planAnswer } from './turns/plan.ts'
import { qaTurns } from './turns/qa.ts'
import { researchTurns } from './turns/research.ts'
import { scraperTurns } from './turns/scraper.ts'

const builders: Readonly<Record<string, (conversation: Conversation) => readonly Turn[]>> = {
  T1: researchTurns,
  T2: designTurns,
  T3: apiTurns,
  T4: scraperTurns,
  T5: qaTurns,
}

/** What the script says next. A function of the conversation alone: asked again after a crash, it says the same again. */
export function play(conversation: Conversation): Turn {
  if (conversation.role === 'planner') return { text: planAnswer() }
  if (conversation.role === 'reviewer') return { text: review(conversation) }
  const turns = builders[conversation.task]
  if (conversation.role !== 'builder' || !turns)
    return { text: `REHEARSAL: this script plays T1 to T5 of one story and does not know what ${conversation.task || conversation.role} is.` }
  return pick(turns(conversation), conversation.results)
}
