import { type ApprovalId, type ApprovalView, approvalWords, type DecisionExplanation, formatDuration, type Instant, tierWords } from '../../contract/index.ts'
import type { ReadDb } from '../store/index.ts'
import { createExplainReader } from './explain.store.ts'
import type { Policies } from './policies.ts'

export type ExplainDeps = {
  readonly reader: ReadDb
  readonly approval: (id: string) => ApprovalView
  readonly version: Policies['version']
  /** The owner's, by which times are told. */
  readonly zone: () => string
}

/** Why a decision came out as it did: who, what, when, where, by which rules, with everything that was recorded about it (U-35). */
export function createExplain({ reader, approval, version, zone }: ExplainDeps) {
  const store = createExplainReader(reader)
  return (id: ApprovalId): DecisionExplanation => {
    const row = approval(id)
    return { approval: row, sentences: toSentences(row, zone()), policy: version(row.policyVersion) ?? null, events: store.eventsOf(id) }
  }
}

function toSentences(row: ApprovalView, zone: string): string[] {
  const when = (at: Instant) => toLocal(at, zone)
  return [
    `${row.askedBy} asked on ${when(row.requestedAt)}: ${row.what}.`,
    ...(row.taintedBy === null ? [] : [`Text from outside led to it: ${row.taintedBy}.`]),
    row.policyVersion === 0
      ? `It needed ${row.tier}, ${tierWords[row.tier]}; that was before policies were kept by version.`
      : `By policy ${row.policyVersion} it needed ${row.tier}, ${tierWords[row.tier]}: ${row.tierBecause.join('; ')}.`,
    ...toDecision(row, when),
    ...(row.outcome === null ? [] : [`What came of it: ${row.outcome}.`]),
    ...(row.regrettedAt === null ? [] : [`On ${when(row.regrettedAt)} it was found that it should not have been approved.`]),
    `What was decided upon has the hash ${row.payloadHash.slice(0, 12)}; it is ${approvalWords[row.state].word}.`,
  ]
}

function toDecision(row: ApprovalView, when: (at: Instant) => string): string[] {
  const silence = row.safeDefault === 'template' ? 'the words approved beforehand go out' : 'it is denied'
  const held = row.heldFrom === null ? '' : `, held from ${when(row.heldFrom)} because of the quiet hours`
  if (row.state === 'requested') return [`Without an answer by ${when(row.deadline)}${held}, ${silence}.`]
  if (row.state === 'expired') {
    const did = row.safeDefault === 'template' ? 'only the words approved beforehand may go out' : 'that meant no'
    return [`Nobody answered by ${when(row.deadline)}${held}, and ${did}.`]
  }
  if (row.decidedAt === null || row.decidedBy === null) return [`Nobody decided${row.reason ? `: ${row.reason}` : ''}.`]
  const verdict = row.state === 'denied' ? 'denied' : 'approved'
  const at = when(row.decidedAt)
  if (row.playbookId !== null) return [`A playbook that you put into force approved it on ${at}${row.reason ? `: ${row.reason}` : ''}.`]
  if (row.decidedBy === 'engine') return [`It needed no answer and went ahead on ${at}.`]
  const by = row.decidedBy === 'owner' ? 'The owner' : row.decidedBy
  const where = row.channel ? ` on ${row.channel}` : ''
  const said = row.reason ? ` (${row.reason})` : ''
  const option = row.chosen === null ? '' : ` He took: ${row.options.find(({ id }) => id === row.chosen)?.label ?? row.chosen}.`
  return [
    `${by} ${verdict} it${where} on ${at}, ${formatDuration(row.decidedAt - row.requestedAt)} after it was asked${said}.${option}`,
    row.seenMs === null
      ? 'How long the card was looked at is not known there.'
      : `The card was in view for ${(row.seenMs / 1000).toFixed(1)} s, with ${row.previewsSeen ?? 0} of ${row.previews.length} previews open.`,
  ]
}

function toLocal(at: Instant, timeZone: string): string {
  const parts = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short' } as const
  return new Intl.DateTimeFormat('en-NZ', { ...parts, timeZone }).format(at)
}
