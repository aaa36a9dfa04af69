import type { Actor, Answer, IncomingView, RequestId } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { isReefError, type ReefError } from '../kernel/errors.ts'
import type { Logger } from '../kernel/logger.ts'
import { type WriteDb, write } from '../store/index.ts'
import type { Answers } from './answers.ts'
import type { Codes } from './codes.ts'
import type { ConversationStore } from './conversation.store.ts'
import type { Decisions } from './decisions.ts'
import type { Acts, Phones, Reads } from './deps.ts'
import { type Command, type Intent, toIntent } from './intent.ts'
import { type Reply, toPressed, toReaction, toReply } from './reply.ts'

export type TalkDeps = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly logger: Logger
  readonly redact: (text: string) => string
  readonly store: ConversationStore
  readonly codes: Codes
  readonly decisions: Decisions
  readonly answers: Answers
  readonly acts: Acts
  readonly reads: Reads
  readonly channels: Phones
}

/** What somebody said, where, and what about. */
type Words = {
  readonly text: string
  readonly actor: Actor
  readonly channel: string
  /** Null at the desk, where the answer is given at once. */
  readonly incoming: IncomingView | null
  /** The code of the card that was quoted. */
  readonly quoted?: string | undefined
}
/** An answer; with a `text` that is empty, nothing is said yet. */
type Turn = Answer & { readonly outcome: string }
type Meant = { readonly kind: 'reply'; readonly reply: Reply } | Intent

const MOST_OUTCOME = 300
const nothing = 'Nothing was decided.'
const notHeeded = {
  unpaired: { text: 'yet: pair it at the desk, under Channels.', outcome: 'refused: the channel is not paired' },
  lost: { text: 'while it is not whole: see at the desk, under Channels, or say it again later.', outcome: 'refused: the channel is lost' },
} as const

/** Takes what the owner says, on whichever face, and answers it once. */
export function createTalk({ db, clock, logger, redact, store, codes, decisions, answers, acts, reads, channels }: TalkDeps) {
  const said = (kind: Answer['kind'], text: string, more: { outcome?: string; requestId?: RequestId } = {}): Turn => ({
    kind,
    text,
    requestId: more.requestId ?? null,
    outcome: more.outcome ?? kind,
  })

  /** Which of the two a sentence is: an answer to a card, or something for Kev. A command is one under any circumstances. */
  function understand({ text, quoted }: Words): Meant {
    const intent = toIntent(text, reads.projects())
    if (intent.kind === 'command') return intent
    const reply = toReply(text, quoted !== undefined)
    if (!reply) return intent
    const namesCard = reply.code !== null && codes.find(reply.code) !== undefined
    if (reply.kind === 'ambiguous' && !namesCard && intent.kind !== 'unclear') return intent
    return { kind: 'reply', reply }
  }

  /** Whether this needs the owner's authority, and not only his curiosity. */
  const needsAuthority = (meant: Meant): boolean =>
    (meant.kind === 'reply' && meant.reply.kind !== 'why') ||
    meant.kind === 'request' ||
    (meant.kind === 'command' && (meant.command.act === 'resume' || meant.command.act === 'allow'))

  function command(asked: Command, actor: Actor): Turn {
    if (asked.act === 'pause') {
      acts.pause(actor)
      return said('command', `Paused: nothing new starts, what runs goes on. To go on: resume ${codes.forCommand('resume').code}`, { outcome: 'paused' })
    }
    if (asked.act !== 'resume' && asked.act !== 'allow') throw new Error(`${asked.act} is done before it is answered`)
    const word = asked.act === 'allow' ? 'allow' : 'resume'
    const confirm = (why: string) =>
      said('command', `${why}Say it with this code, within ten minutes: ${word} ${codes.forCommand(word).code}`, { outcome: 'asked for a code' })
    if (asked.code === null) return confirm(`${word === 'resume' ? 'The factory would go on' : 'Models would be called again'}. `)
    const code = codes.find(asked.code)
    if (!code || code.purpose !== word || code.endedAt !== null || code.diesAt <= clock.now())
      return confirm(`${asked.code} ${code && code.purpose === word ? 'is not valid any more' : `is no code for “${word}”`}. `)
    store.endCode(code.code, 'used', clock.now())
    if (word === 'allow') acts.allowSpending(actor)
    else acts.resume(actor)
    const spending = word === 'resume' && reads.spend().killedAt !== null ? ' Models are still not called: say “allow”.' : ''
    return said('command', word === 'allow' ? 'Models may be called again.' : `The factory goes on.${spending}`, {
      outcome: word === 'allow' ? 'spending allowed' : 'resumed',
    })
  }

  function submit(text: string, project: string | null, { actor, channel, incoming }: Words): Turn {
    const { request } = acts.submit(
      { text, review: false, ...(project && { project }), ...(incoming && { idempotencyKey: incoming.id }) },
      { actor, rehearsal: false },
    )
    store.noteAsked(request.id, { channel, incomingId: incoming?.id ?? null, at: clock.now() })
    // On a phone the plan is the answer, within seconds.
    const now = incoming ? '' : `On it. Planning for project ${request.project} begins; follow it with: reef plan list`
    return said('request', now, { outcome: `request ${request.id}`, requestId: request.id })
  }

  /** Inside `write`. */
  function take(meant: Meant, words: Words): Turn {
    switch (meant.kind) {
      case 'reply': {
        const { text, outcome } = decisions.answer(meant.reply, { actor: words.actor, channel: words.channel }, words.quoted)
        return said('decision', text, { outcome })
      }
      case 'question':
        return said('question', answers(meant.question))
      case 'command':
        return command(meant.command, words.actor)
      case 'request':
        return submit(meant.text, meant.project, words)
      case 'unclear':
        return said(
          'unclear',
          `${meant.because ?? 'I am not sure what you mean.'} Perhaps: ${meant.near.map((near) => `“${near}”`).join(', ')}? Say “help” for more.`,
        )
    }
  }

  const refused = ({ message, remedy }: ReefError): Turn =>
    said('unclear', `${nothing} ${message}${remedy ? ` ${remedy}` : ''}`, { outcome: `refused: ${message}` })

  /** What stops at once, and only then is answered: being killed in between stops it again. */
  async function stopFirst(meant: Meant, { actor }: Words): Promise<Turn | undefined> {
    if (meant.kind !== 'command') return undefined
    if (meant.command.act === 'stop') {
      const { sessions, calls } = await acts.stop(actor)
      return said(
        'command',
        `Stopped: ${sessions} sessions ended, ${calls} calls aborted. Nothing starts and no model is called. To go on, say “resume” and “allow”.`,
        { outcome: 'stopped' },
      )
    }
    if (meant.command.act !== 'stop-spending') return undefined
    const aborted = await acts.stopSpending(actor)
    return said('command', `No model is called any more; ${aborted} calls under way were aborted. To go on, say “allow”.`, { outcome: 'spending stopped' })
  }

  /** The deed, its mark and its answer in one transaction; what is refused is rolled back whole and answered in another. */
  async function converse(words: Words, meant: Meant, finish: (turn: Turn) => void): Promise<Turn> {
    const stopped = await stopFirst(meant, words)
    const commit = (turn: () => Turn) =>
      write(db, () => {
        const taken = turn()
        const clean = { ...taken, text: redact(taken.text) }
        finish(clean)
        return clean
      })
    try {
      return commit(() => {
        if (!stopped) return take(meant, words)
        // A "resume" that was on its way must not undo it, however late it comes.
        store.endCommandCodes(clock.now())
        return stopped
      })
    } catch (error) {
      if (!isReefError(error)) throw error
      return commit(() => refused(error))
    }
  }

  /** What a message from a phone says; a turn where it says nothing that may be acted upon. */
  function hear(incoming: IncomingView): { words: Words; meant: Meant } | Turn | 'ignore' {
    if (!incoming.allowed) return 'ignore'
    const { button, reaction, repliesTo, text, channel } = incoming
    const quoted = repliesTo === null ? undefined : store.codeOfMessage(repliesTo)
    const words: Words = { text: text ?? '', actor: 'owner', channel, incoming, quoted }
    if (incoming.forwarded)
      return said('unclear', `That was forwarded, so it may not be your own word. ${nothing} Please write it yourself.`, { outcome: 'refused: forwarded' })
    if (incoming.edited) return said('unclear', `That was edited after it was sent. ${nothing} Please send it anew.`, { outcome: 'refused: edited' })
    if (button !== null) {
      const reply = toPressed(button)
      return reply
        ? { words, meant: { kind: 'reply', reply } }
        : said('unclear', `I do not know that button. ${nothing}`, { outcome: 'refused: unknown button' })
    }
    if (reaction !== null) {
      const verdict = toReaction(reaction)
      // People react to much; only a thumb on a card is a word to REEF.
      if (!verdict || quoted === undefined) return 'ignore'
      return { words, meant: { kind: 'reply', reply: { kind: 'all', code: null, verdict, reason: 'other', note: null } } }
    }
    return words.text.trim() === '' ? 'ignore' : { words, meant: understand(words) }
  }

  async function answer(incoming: IncomingView): Promise<void> {
    const finish = (turn: Turn) => {
      channels.settle(incoming.id, 'answered', turn.outcome.slice(0, MOST_OUTCOME))
      if (turn.text !== '' && channels.phones().includes(incoming.channel))
        channels.write({ kind: 'answer', channel: incoming.channel, replyTo: incoming.id, text: turn.text })
    }
    const heard = hear(incoming)
    if (heard === 'ignore') return write(db, () => void channels.settle(incoming.id, 'ignored', 'nothing that was meant for REEF'))
    if ('outcome' in heard) return write(db, () => finish(heard))
    if (needsAuthority(heard.meant)) {
      const standing = channels.standingOf(incoming.channel, incoming.sender)
      // Left on disk: it is taken up as soon as the channel has connected, or is known to be lost.
      if (standing === 'soon') return
      if (standing !== 'counts') {
        const { text, outcome } = notHeeded[standing]
        return write(db, () => finish(said('unclear', `Words over ${incoming.channel} do not decide ${text} ${nothing}`, { outcome })))
      }
    }
    await converse(heard.words, heard.meant, finish)
  }

  return {
    /** One message at the desk, one answer. */
    async say(text: string, { actor, channel }: { actor: Actor; channel: string }): Promise<Answer> {
      const words: Words = { text, actor, channel, incoming: null }
      const { kind, text: answered, requestId } = await converse(words, understand(words), () => {})
      return { kind, text: answered, requestId }
    },

    /** Answers everything that came in, in its order. A bug in one answer is told, and does not keep the others waiting. */
    async look(): Promise<void> {
      for (const incoming of channels.received()) {
        try {
          await answer(incoming)
        } catch (error) {
          logger.error({ err: error, message: incoming.id }, 'a message could not be answered')
          write(db, () => {
            channels.settle(incoming.id, 'answered', 'an internal error')
            if (channels.phones().includes(incoming.channel))
              channels.write({
                kind: 'answer',
                channel: incoming.channel,
                replyTo: incoming.id,
                text: `Something went wrong inside REEF. ${nothing} Please look at the desk.`,
              })
          })
        }
      }
    },
  }
}
export type Talk = ReturnType<typeof createTalk>
