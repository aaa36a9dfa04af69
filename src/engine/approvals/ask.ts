import { hours, type Instant } from '../../contract/index.ts'
import { write } from '../store/index.ts'
import { canonical, hashPayload } from './approval.ts'
import { type ApprovalRow, toApproval } from './approvals.store.ts'
import type { Classified } from './classified.ts'
import { toDue } from './due.ts'
import { type ApprovalAnswer, type ApprovalRequest, type ApprovalsDeps, type Requests, unmoved } from './requests.ts'

/** A yes that nobody has acted upon is asked for again after this: what surrounded it has changed. */
const GOOD_FOR_MS = hours(24)

type Grant = Pick<ApprovalRow, 'decided_at' | 'decided_by' | 'channel' | 'reason' | 'effective_at' | 'playbook_id' | 'chosen'>

/** How a request begins: with the answer that it has already, with one that a rule gives, or with a card. */
export function createAsk(deps: ApprovalsDeps, requests: Requests) {
  const { db, clock, classify, match, bundleSeconds, quiet } = deps
  const { store, move, tell } = requests

  /** What a request that was put before says to the same question now; undefined when it says nothing. */
  function answerOf(row: ApprovalRow, request: ApprovalRequest): ApprovalAnswer | undefined {
    const approval = toApproval(row)
    switch (row.state) {
      case 'requested':
        return { kind: 'waiting', approval }
      case 'approved':
      case 'executing':
        return (row.effective_at ?? 0) > clock.now() ? { kind: 'waiting', approval } : { kind: 'granted', approval, payload: JSON.parse(row.payload) }
      case 'expired':
        if ((row.decided_at ?? 0) < request.since) return undefined
        return row.template_text === null ? { kind: 'refused', approval } : { kind: 'template', approval, text: row.template_text }
      case 'denied':
        return (row.decided_at ?? 0) >= request.since ? { kind: 'refused', approval } : undefined
      default:
        return undefined
    }
  }

  /** Who answers without a card: the tier itself, or a playbook. A rehearsal uses up nobody's pre-authorisation. */
  function grantFor(request: ApprovalRequest, { tier, because }: Classified): Grant | undefined {
    const now = clock.now()
    const granted = { decided_at: now, effective_at: now, playbook_id: null, chosen: request.card.options?.[0]?.id ?? null }
    if (tier === 'T0' || tier === 'T1') return { ...granted, decided_by: 'engine', channel: 'policy', reason: because.join('; ') }
    if (tier === 'T3' || request.rehearsal) return undefined
    const playbook = match(toFacts(request), tier)
    if (!playbook) return undefined
    playbook.take()
    return { ...granted, decided_by: 'playbook', channel: 'playbook', reason: `pre-authorised by ${playbook.name}`, playbook_id: playbook.id }
  }

  function insert(request: ApprovalRequest, key: string, hash: string): ApprovalAnswer {
    const classified = classify(toFacts(request))
    const { tier, because, policyVersion, deadlineMs, ifSilent, templateText, quietHours, irreversible } = classified
    const now = clock.now()
    const grant = grantFor(request, classified)
    const isAlone = tier !== 'T2' || grant !== undefined
    const due = toDue(now, deadlineMs ?? deps.hours() * 3_600_000, quiet(), quietHours === 'hold' && !request.rehearsal)
    const row: ApprovalRow = {
      ...unmoved,
      id: requests.newId(),
      bundle_id: requests.bundleOf(request.correlationId, isAlone, (isAlone ? now : now + bundleSeconds() * 1000) as Instant),
      plan_id: request.planId,
      task_id: request.taskId,
      attempt_id: request.attemptId ?? null,
      session_id: request.sessionId ?? null,
      correlation_id: request.correlationId,
      idempotency_key: key,
      action: request.action,
      tier,
      tier_because: JSON.stringify(because),
      policy_version: policyVersion,
      amount_usd: request.amountUsd ?? 0,
      tainted_by: request.taintedBy ?? null,
      project: request.project,
      state: grant ? 'approved' : 'requested',
      card: JSON.stringify(request.card),
      payload: canonical(request.payload),
      payload_hash: hash,
      asked_hash: hash,
      asked_by: request.askedBy,
      safe_default: ifSilent === 'template' && templateText !== null ? 'template' : 'deny',
      template_text: ifSilent === 'template' ? templateText : null,
      irreversible: irreversible ? 1 : 0,
      rehearsal: request.rehearsal ? 1 : 0,
      requested_at: now,
      deadline: due.deadline,
      held_from: due.heldFrom,
      playbook_id: null,
      ...grant,
    }
    store.insert(row)
    const approval = tell(grant ? 'approval.approved' : 'approval.requested', row, grant?.decided_by === 'playbook' ? 'playbook' : 'engine')
    return grant ? { kind: 'granted', approval, payload: request.payload } : { kind: 'waiting', approval }
  }

  return {
    /**
     * Asks once for one effect. Asking again with the same key and payload answers with the same card; another payload supersedes an open
     * card and, when the old one was approved already, is reported as drift (U-48). Without a key, a task asks each of its actions once.
     */
    ask(request: ApprovalRequest): ApprovalAnswer {
      return write<ApprovalAnswer>(db, () => {
        const hash = hashPayload(request.payload)
        const key = request.idempotencyKey ?? `${request.taskId ?? request.correlationId}:${request.action}`
        const earlier = store.latestOf(key)
        const isStale = earlier?.state === 'approved' && clock.now() - (earlier.effective_at ?? 0) > GOOD_FOR_MS
        if (earlier?.asked_hash === hash && !isStale) {
          const answer = answerOf(earlier, request)
          if (answer) return answer
        } else if (earlier?.state === 'requested') move(earlier, 'requested', 'superseded', { ended_at: clock.now() }, 'approval.superseded')
        else if (earlier && isStale)
          move(earlier, 'approved', 'superseded', { ended_at: clock.now(), outcome: 'not begun within a day' }, 'approval.superseded')
        else if (earlier?.state === 'approved') move(earlier, 'approved', 'drifted', { ended_at: clock.now() }, 'approval.drifted')
        return insert(request, key, hash)
      })
    },
  }
}

const toFacts = ({ action, amountUsd, text, taintedBy, askedBy, project, command }: ApprovalRequest) => ({
  action,
  amountUsd: amountUsd ?? null,
  text: text ?? null,
  taintedBy: taintedBy ?? null,
  agent: askedBy,
  project,
  ...(command && { command }),
})
