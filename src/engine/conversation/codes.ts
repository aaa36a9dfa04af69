import { randomInt } from 'node:crypto'
import { type ApprovalView, type BundleId, type Instant, minutes } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import type { CodePurpose, ConversationStore, ReplyCode } from './conversation.store.ts'

/** Without what is mistaken for something else: I and 1, O and 0. */
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const digits = '23456789'
const alphabet = letters + digits
const LENGTH = 6
/** How long "resume" and "allow" may be confirmed. */
const COMMAND_LIFE_MS = minutes(10)

/** A letter and a digit at least, so that no word and no number can be taken for a code. */
export const isCodeShaped = (word: string): boolean => /^[A-Za-z0-9]{6}$/.test(word) && /\d/.test(word) && /[A-Za-z]/.test(word)

function draw(pick: (below: number) => number): string {
  for (;;) {
    const code = Array.from({ length: LENGTH }, () => alphabet[pick(alphabet.length)]).join('')
    if (isCodeShaped(code)) return code
  }
}

/** Codes and what they stand for. A code only says which card is meant; whose word counts is decided by the channel. */
export function createCodes(store: ConversationStore, clock: Clock, pick: (below: number) => number = (below) => randomInt(below)) {
  /** Called inside `write`. */
  function make(purpose: CodePurpose, bundleId: BundleId | null, members: readonly ApprovalView[], diesAt: Instant): ReplyCode {
    let code = draw(pick)
    while (store.code(code)) code = draw(pick)
    const row = {
      code,
      purpose,
      bundleId,
      members: members.map(({ id, payloadHash }) => ({ id, hash: payloadHash })),
      madeAt: clock.now(),
      diesAt,
    }
    store.insertCode(row)
    return { ...row, endedAt: null, endedBy: null }
  }

  return {
    /** The open code for exactly these members as they are now, or a new one. Called inside `write`. */
    forCard(bundleId: BundleId, members: readonly ApprovalView[]): ReplyCode {
      const same = ({ members: told }: ReplyCode) =>
        told.length === members.length && told.every(({ id, hash }, at) => members[at]?.id === id && members[at]?.payloadHash === hash)
      return (
        store.codesOf(bundleId).find((code) => code.endedAt === null && same(code)) ??
        make('card', bundleId, members, Math.min(...members.map(({ deadline }) => deadline)) as Instant)
      )
    },
    /** A word that has to be said a second time. Called inside `write`. */
    forCommand: (purpose: 'resume' | 'allow'): ReplyCode => make(purpose, null, [], (clock.now() + COMMAND_LIFE_MS) as Instant),
    find: (code: string): ReplyCode | undefined => store.code(code.toUpperCase()),
  }
}
export type Codes = ReturnType<typeof createCodes>
