import type { Actor, Answer, Brief, Instant } from '../../contract/index.ts'
import { createAnswers } from './answers.ts'
import { createBriefs } from './brief.ts'
import { createCodes } from './codes.ts'
import { createConversationStore } from './conversation.store.ts'
import { createDecisions } from './decisions.ts'
import type { ConversationDeps, Outgoing } from './deps.ts'
import { createKev, newsTypes } from './kev.ts'
import { createLadder } from './ladder.ts'
import { createMirror } from './mirror.ts'
import { createTalk } from './talk.ts'
import { createTiming } from './timing.ts'

const TICK_MS = 1000
const wakes: ReadonlySet<string> = new Set(newsTypes)

/** Talking with the owner: cards on his phone, his answers, his questions, and what he is told unasked. */
export function createConversation(deps: ConversationDeps) {
  const { clock, logger, settings, news, redact } = deps
  const store = createConversationStore(deps.db)
  const codes = createCodes(store, clock)
  const timing = createTiming(clock, settings, deps.channels.presentAt)
  // Whatever is sent has known secrets taken out of it, wherever its words come from.
  const channels = { ...deps.channels, write: (message: Outgoing) => deps.channels.write({ ...message, text: redact(message.text) }) }
  const base = { ...deps, channels, store, codes, timing }

  const decisions = createDecisions(base)
  const briefs = createBriefs(base)
  const answers = createAnswers({ ...base, listOpen: decisions.listOpen, brief: () => briefs.text() })
  const talk = createTalk({ ...base, decisions, answers })
  const mirror = createMirror(base)
  const kev = createKev(base)
  const ladder = createLadder(base)

  let round: Promise<void> | undefined
  let isWanted = false
  let isOver = false
  let stop = () => {}

  async function goRound(): Promise<void> {
    do {
      isWanted = false
      // The owner's words first: what he decides needs no reminder.
      for (const part of [talk, mirror, kev, briefs, ladder]) {
        try {
          await part.look()
        } catch (error) {
          logger.error({ err: error }, 'something could not be said')
        }
      }
    } while (isWanted)
    round = undefined
  }

  /** Says and answers what is due. A call while one is under way makes it go round once more. */
  function turn(): Promise<void> {
    if (isOver) return Promise.resolve()
    isWanted = true
    round ??= goRound()
    return round
  }

  return {
    say: (text: string, by: { actor: Actor; channel: string }): Promise<Answer> => talk.say(text, by),
    brief: (since?: Instant): Brief => briefs.compose(since),
    /** Says and answers what is due, whether or not anything was heard of it. */
    look(): Promise<void> {
      mirror.wake()
      return turn()
    },

    /** Goes round every second, and at once when something happens that it may have to tell. */
    start(): void {
      const wake = () => void setImmediate(turn)
      const timer = setInterval(turn, TICK_MS)
      const ends = [
        () => clearInterval(timer),
        deps.channels.onIncoming(wake),
        news.listen(({ type }) => {
          const isOfInbox = /^(approval|channel)\./.test(type)
          if (isOfInbox) mirror.wake()
          if (isOfInbox || wakes.has(type)) wake()
        }),
      ]
      stop = () => {
        for (const end of ends) end()
      }
      wake()
    },

    async [Symbol.asyncDispose](): Promise<void> {
      stop()
      isOver = true
      await round
      await ladder[Symbol.asyncDispose]()
    },
  }
}
export type Conversation = ReturnType<typeof createConversation>
