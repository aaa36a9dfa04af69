import type { ApprovalView } from '../../../contract/index.ts'
import type { Sight } from './seen.ts'

/** What every part of a decision needs to know of the card it stands on. */
export type OnCard = {
  readonly approval: ApprovalView
  readonly sight: Sight
  /** Whether its keys are bound: of several requests on one card only one listens. */
  readonly active: boolean
  readonly rules: Rules
}

/** What holds for every card at the moment. */
export type Rules = {
  /** The owner decides faster than a card can be read: keys wait longer, and nothing is folded (U-52). */
  readonly brake: boolean
  /** The incident that lasts, if one does, and the actions that must not wait for it. */
  readonly incident: { readonly name: string; readonly actions: readonly string[] } | null
  /** Seconds to undo, and the same where the effect cannot be taken back. */
  readonly graceSeconds: number
  readonly irreversibleGraceSeconds: number
  /** Time of day at which the quiet hours end, such as 07:00. */
  readonly morning: string
}

/** A card must have been in view this long before a key decides about it: lists move (U-18). */
const LOOK_MS = 700
const BRAKED_MS = 2000
export const isLookedAt = ({ sight, rules }: OnCard): boolean => sight.since() >= (rules.brake ? BRAKED_MS : LOOK_MS)

export const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
