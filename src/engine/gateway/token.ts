import { createHmac, timingSafeEqual } from 'node:crypto'
import type { AttemptId, ModelTier, PlanId, SessionId, TaskId } from '../../contract/index.ts'

/** What a session's token stands for. The only credential that an agent program ever holds. */
export type Grant = {
  readonly sessionId: SessionId
  readonly attemptId: AttemptId | null
  readonly taskId: TaskId | null
  readonly planId: PlanId | null
  readonly project: string | null
  readonly agent: string
  readonly team: string
  readonly tier: ModelTier
  readonly provider: string
}

const PREFIX = 'reef_'
const MOST_SEEN = 1000
type Payload = [2, SessionId, AttemptId | null, TaskId | null, PlanId | null, string | null, string, string, ModelTier, string]

/** Tokens carry their grant, signed, so that they survive an engine restart without being stored. Whether a grant is still alive is asked at every call. */
export function createTokens(secret: string) {
  const revoked = new Set<SessionId>()
  /** Signatures that were found good: a session calls hundreds of times. */
  const seen = new Map<string, Grant>()
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest()
  return {
    issue(grant: Grant): string {
      const payload: Payload = [
        2,
        grant.sessionId,
        grant.attemptId,
        grant.taskId,
        grant.planId,
        grant.project,
        grant.agent,
        grant.team,
        grant.tier,
        grant.provider,
      ]
      const text = Buffer.from(JSON.stringify(payload)).toString('base64url')
      return `${PREFIX}${text}.${sign(text).toString('base64url')}`
    },
    /** Undefined for a token that this secret did not sign, or that was revoked. */
    read(token: string): Grant | undefined {
      const known = seen.get(token)
      if (known) return revoked.has(known.sessionId) ? undefined : known
      const [text, mark, ...rest] = token.startsWith(PREFIX) ? token.slice(PREFIX.length).split('.') : []
      if (!text || !mark || rest.length > 0) return undefined
      const given = Buffer.from(mark, 'base64url')
      const due = sign(text)
      if (given.length !== due.length || !timingSafeEqual(given, due)) return undefined
      const [, sessionId, attemptId, taskId, planId, project, agent, team, tier, provider] = toPayload(text)
      const grant: Grant = { sessionId, attemptId, taskId, planId, project, agent, team, tier, provider }
      if (seen.size >= MOST_SEEN) seen.clear()
      seen.set(token, grant)
      return revoked.has(sessionId) ? undefined : grant
    },
    revoke: (sessionId: SessionId): void => void revoked.add(sessionId),
  }
}

/** Tokens of sessions that began under an earlier version of REEF know no team and no tier. */
function toPayload(text: string): Payload {
  const payload = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as
    | Payload
    | [1, SessionId, AttemptId | null, TaskId | null, PlanId | null, string | null, string, string]
  if (payload[0] === 2) return payload
  const [, sessionId, attemptId, taskId, planId, project, agent, provider] = payload
  return [2, sessionId, attemptId, taskId, planId, project, agent, 'factory', 'mid', provider]
}
