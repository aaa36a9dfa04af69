import type { ApprovalView, OversightHealth } from '../../../contract/approvals.ts'
import { approvalWords } from '../../../contract/words.ts'
import { formatSpan } from '../../parts/time.tsx'

export type ClassFigures = OversightHealth['byClass'][number]

/** A figure on a scale (U-03): `text` is the number, `words` what it says, `marks` where it begins to say something else. */
export type Gauge = {
  readonly id: string
  readonly label: string
  readonly value: number
  readonly max: number
  readonly text: string
  readonly words: string
  readonly attention: 'quiet' | 'high' | 'alarm'
  readonly marks: readonly number[]
}
type Limits = { readonly maxOpenCards: number; readonly maxCardsPerHour: number; readonly approvalHours: number }

const HOUR_MS = 3_600_000
/** Alarms an hour that a person can manage: the goal, and the most (U-10). */
const ALARMS_GOAL = 6
const ALARMS_MOST = 12
/** From here on a class is approved without being weighed (U-52). */
const RUBBER_STAMP = 0.95
const RUBBER_STAMP_CARDS = 30
/** Below this nobody can have read a card. */
const READ_MS = 2000

export const toPercent = (share: number | null): string => (share === null ? 'nothing yet' : `${share > 0 && share < 0.01 ? '<1' : Math.round(share * 100)} %`)
const count = (n: number): string => n.toLocaleString('en-US', { maximumFractionDigits: 1 })

function toRate(id: string, label: string, share: number | null, scale: number, look: number | null, quiet: string, high = ''): Gauge {
  const isHigh = share !== null && look !== null && share >= look
  return {
    id,
    label,
    value: share ?? 0,
    max: scale,
    text: toPercent(share),
    words: share === null ? 'Nothing was decided in this time.' : isHigh ? high : quiet,
    attention: isHigh ? 'high' : 'quiet',
    marks: look === null ? [] : [look],
  }
}

/** How well the owner's say works, as gauges with words (U-118). */
export function toGauges(health: OversightHealth, { maxOpenCards, maxCardsPerHour, approvalHours }: Limits): readonly Gauge[] {
  const alarms = health.alarmsPerHour > ALARMS_MOST ? 'alarm' : health.alarmsPerHour > ALARMS_GOAL ? 'high' : 'quiet'
  return [
    toRate(
      'approve',
      'approved',
      health.approveRate,
      1,
      health.decided >= RUBBER_STAMP_CARDS ? RUBBER_STAMP : null,
      'You say no often enough that asking is worth it.',
      'Nearly everything is approved: some of it need not be asked.',
    ),
    toRate('regret', 'regretted', health.regretRate, 0.2, 0.05, 'What you approve holds.', 'More was taken back than should be: look at what was approved.'),
    toRate(
      'undo',
      'undone in time',
      health.undoRate,
      0.2,
      0.1,
      'You rarely change your mind.',
      'Many yeses are taken back within seconds: cards are decided too early.',
    ),
    toRate(
      'expired',
      'expired',
      health.expiredRate,
      0.5,
      0.1,
      'Most is answered in time.',
      'Much runs out unanswered: too much is asked, or the phone does not ring.',
    ),
    toRate('half', 'decided in the first half of the time', health.decidedBeforeHalf, 1, null, 'Reminders go out at half of it.'),
    {
      id: 'decision',
      label: 'from the question to your answer',
      value: health.medianDecisionMs ?? 0,
      max: approvalHours * HOUR_MS,
      text: health.medianDecisionMs === null ? 'nothing yet' : formatSpan(health.medianDecisionMs),
      words: `In the middle; there are ${formatSpan(approvalHours * HOUR_MS)} unless a class says otherwise.`,
      attention: 'quiet',
      marks: [],
    },
    {
      id: 'seen',
      label: 'a card is looked at',
      value: health.medianSeenMs ?? 0,
      max: 30_000,
      text: health.medianSeenMs === null ? 'nothing yet' : `${count(health.medianSeenMs / 1000)} s`,
      words: health.brake
        ? 'Faster than a card can be read: previews open by themselves and keys wait 2 s.'
        : 'In the middle of the last ten T2 decisions at the desk.',
      attention: health.brake ? 'high' : 'quiet',
      marks: [READ_MS],
    },
    {
      id: 'open',
      label: 'open cards',
      value: health.open,
      max: maxOpenCards * 2,
      text: count(health.open),
      words: health.open > maxOpenCards ? 'More than one can keep in mind.' : `Above ${count(maxOpenCards)} the agent that asks most is held back.`,
      attention: health.open > maxOpenCards ? 'high' : 'quiet',
      marks: [maxOpenCards],
    },
    {
      id: 'cards',
      label: 'cards an hour',
      value: health.cardsPerHour,
      max: maxCardsPerHour * 2,
      text: count(health.cardsPerHour),
      words: health.cardsPerHour > maxCardsPerHour ? 'More than can be weighed.' : `Above ${count(maxCardsPerHour)} the agent that asks most is held back.`,
      attention: health.cardsPerHour > maxCardsPerHour ? 'high' : 'quiet',
      marks: [maxCardsPerHour],
    },
    {
      id: 'alarms',
      label: 'alarms an hour',
      value: health.alarmsPerHour,
      max: ALARMS_MOST * 1.5,
      text: count(health.alarmsPerHour),
      words: { quiet: 'As many as one can answer.', high: 'More than the goal of 6.', alarm: 'More than 12: nobody can answer them all.' }[alarms],
      attention: alarms,
      marks: [ALARMS_GOAL, ALARMS_MOST],
    },
    {
      id: 'preauthorised',
      label: 'answered by a playbook',
      value: health.preauthorised,
      max: Math.max(1, health.asked),
      text: `${count(health.preauthorised)} of ${count(health.asked)}`,
      words: 'Questions that you had answered beforehand.',
      attention: 'quiet',
      marks: [],
    },
  ]
}

/** What became of a past decision, in a line. */
export function toOutcomeText({ state, outcome, regrettedAt }: Pick<ApprovalView, 'state' | 'outcome' | 'regrettedAt'>): string {
  if (regrettedAt !== null) return 'you said that it should not have happened'
  return outcome ?? approvalWords[state].word
}

/** Only what was approved and done can be regretted, and once. */
export const isRegrettable = ({ state, regrettedAt }: Pick<ApprovalView, 'state' | 'regrettedAt'>): boolean =>
  regrettedAt === null && (state === 'executed' || state === 'failed' || state === 'interrupted')
