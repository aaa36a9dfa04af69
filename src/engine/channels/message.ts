import { type MessageState, minutes, seconds } from '../../contract/index.ts'

/**
 * A message's whole life; the SQL CHECK and the words are tested against this table.
 * queued_remote goes nowhere but to its receipts: whatever is held elsewhere is never sent by REEF again.
 * sending can end in a receipt, which may overtake the answer. accepted goes back to pending once, as a template.
 */
export const messageMoves = {
  pending: ['sending', 'expired', 'withdrawn'],
  sending: ['pending', 'accepted', 'queued_remote', 'unknown', 'delivered', 'read', 'failed'],
  accepted: ['pending', 'delivered', 'read', 'failed'],
  queued_remote: ['delivered', 'read', 'failed'],
  unknown: ['pending', 'sending', 'accepted', 'delivered', 'read', 'failed'],
  delivered: ['read'],
  read: [],
  failed: [],
  expired: [],
  withdrawn: [],
} as const satisfies Record<MessageState, readonly MessageState[]>

export const mayMove = (from: MessageState, to: MessageState): boolean => (messageMoves[from] as readonly MessageState[]).includes(to)

/** What is not said to end sooner is not news any more after this. */
export const LONGEST_LIFE_MS = 24 * 60 * 60_000
export const MOST_TRIES = 12

const FIRST_WAIT_MS = seconds(2)
const LONGEST_WAIT_MS = minutes(10)

/**
 * How long to wait after so many tries. A function of the row, not a library's policy object: the count outlives the engine, and one
 * sender for each channel needs no jitter.
 */
export const waitAfter = (tries: number): number => Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, tries - 1))
