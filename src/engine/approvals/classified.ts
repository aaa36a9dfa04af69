import type { ActionFacts, ClassRule, Instant, PlaybookId, Tier } from '../../contract/index.ts'

/** What the policy makes of an action: how much of the owner's say it needs, until when, and what silence means. */
export type Classified = {
  readonly tier: Tier
  /** Every rule that spoke, in its own words, the class first. */
  readonly because: readonly string[]
  readonly policyVersion: number
  /** Null: as long as the owner's setting says. */
  readonly deadlineMs: number | null
  readonly ifSilent: ClassRule['ifSilent']
  /** The words to send then; null unless `ifSilent` is template. */
  readonly templateText: string | null
  readonly quietHours: ClassRule['quietHours']
  readonly irreversible: boolean
}

export type Classify = (facts: ActionFacts) => Classified

/** A pre-authorisation that answers for the owner; `take` counts one use and must be called inside the transaction of the grant. */
export type Match = (
  facts: ActionFacts,
  tier: Tier,
) => { readonly id: PlaybookId; readonly name: string; readonly expiresAt: Instant; readonly take: () => void } | undefined
