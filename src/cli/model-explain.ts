import { formatMoney } from '../contract/money.ts'
import type { RouteCandidate, RouteChoiceView } from '../contract/router.ts'
import { dateTime } from './local-time.ts'
import { paint } from './paint.ts'
import { toFacts, toTable } from './table.ts'

type Explanation = { readonly choices: readonly RouteChoiceView[]; readonly now: RouteChoiceView }

/** What would be chosen now with everything that was weighed, then what was chosen, newest first. */
export function toExplanation({ choices, now }: Explanation, zone: string): string[] {
  return [
    ...toFacts([
      ['chosen now', now.chosen ? paint('bold', now.chosen) : paint('red', 'none')],
      ['because', now.reason],
      ['asked for', `${now.asked}, ${now.role}, tier ${now.tier}`],
      ['stand-ins', now.fallbacks.join(', ')],
    ]),
    '',
    ...toCandidateTable(now),
    '',
    ...toTable(
      choices,
      [
        { head: 'was chosen', cell: (row) => row.chosen ?? 'none' },
        { head: 'at', cell: (row) => dateTime(row.at, zone) },
        { head: 'as', cell: (row) => row.role },
        { head: 'asked for', cell: (row) => row.asked },
        { head: 'came of it', cell: toOutcome },
        { head: 'because', cell: (row) => row.reason, max: 90 },
      ],
      'No model was chosen for it yet.',
    ),
  ]
}

const toOutcome = ({ outcome }: RouteChoiceView): string => (outcome ? `${outcome.state}, ${formatMoney(outcome.cost)}` : 'not ended')

const toCandidateTable = ({ candidates, chosen, fallbacks }: RouteChoiceView): string[] =>
  toTable(
    candidates,
    [
      { head: 'candidate', cell: (row) => row.ref },
      { head: 'tier', cell: (row) => row.tier },
      { head: 'expected', cell: (row) => (row.expectedCost === null ? 'unknown' : formatMoney(row.expectedCost)), align: 'right' },
      { head: 'passes', cell: (row) => `${Math.round(row.passRate * 100)} % of ${row.samples}`, align: 'right' },
      { head: 'verdict', cell: (row) => toVerdict(row, chosen, fallbacks), max: 90 },
    ],
    'There was nothing to choose from.',
  )

function toVerdict({ ref, excluded }: RouteCandidate, chosen: string | null, fallbacks: readonly string[]): string {
  if (ref === chosen) return 'chosen'
  const place = fallbacks.indexOf(ref)
  return excluded ?? (place < 0 ? '' : `stand-in ${place + 1}`)
}
