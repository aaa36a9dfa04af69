import type { EvidenceView } from '../../../contract/index.ts'
import { readDiff } from '../../workspaces/index.ts'
import { type Finding, hashText } from '../evidence.ts'
import type { GateInput, Review, ReviewAnswer } from '../gate.ts'

/** More than a reviewer reads with care, and less than any model's window. */
const MAX_DIFF_BYTES = 200_000

export type ReviewResult = { readonly kind: 'judged'; readonly finding: Finding } | { readonly kind: 'inconclusive'; readonly reason: string }

/** The owner's word instead of a review: it goes on record under his name, and never as a pass. */
export const toWaiver = (by: string): Finding => ({
  kind: 'review',
  name: 'review',
  verdict: 'waived',
  summary: `not reviewed: waived by ${by}`,
  hash: hashText(by),
  durationMs: 0,
})

/** A look by another model. The builder's own model gives no verdict, whatever it says (C-17). */
export async function reviewChange(input: GateInput, review: Review, evidence: readonly EvidenceView[], now: () => number): Promise<ReviewResult> {
  const { text, truncated } = await readDiff({ cwd: input.cwd }, input.baseSha, input.headSha, MAX_DIFF_BYTES)
  const started = now()
  const answer = await review({ diff: text, truncated, title: input.title, instructions: input.instructions, evidence })
  if (answer.model === input.builderModel)
    return { kind: 'inconclusive', reason: `the review came from ${answer.model}, which built it; another model must review` }
  if (answer.verdict === 'inconclusive') return { kind: 'inconclusive', reason: answer.summary || 'the reviewer came to no verdict' }
  const finding: Finding = {
    kind: 'review',
    name: 'review',
    verdict: answer.verdict === 'pass' ? 'passed' : 'failed',
    summary: toSummary(answer),
    hash: hashText(text),
    durationMs: Math.max(0, now() - started),
    model: answer.model,
  }
  return { kind: 'judged', finding }
}

const toSummary = ({ summary, findings }: ReviewAnswer): string =>
  [summary, ...findings.slice(0, 30).map(({ file, line, text }) => `- ${file ? `${file}${line === null ? '' : `:${line}`}: ` : ''}${text}`)]
    .filter((text) => text !== '')
    .join('\n')
    .slice(0, 8000)
