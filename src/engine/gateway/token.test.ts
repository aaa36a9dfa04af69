import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createTokens, type Grant } from './token.ts'

const grant: Grant = {
  sessionId: 'ses_01JC0000000000000000000001',
  attemptId: null,
  taskId: null,
  planId: null,
  project: 'demo',
  agent: 'Rex',
  team: 'design',
  tier: 'frontier',
  provider: 'anthropic',
}

describe('a session’s token (R-294)', () => {
  it('stands for its grant, also for an engine that starts later', () => {
    const token = createTokens('secret').issue(grant)
    expect(createTokens('secret').read(token)).toEqual(grant)
  })

  it('that was given out by an earlier version is still good, in the team and the tier that everyone had (R-080)', () => {
    const text = Buffer.from(JSON.stringify([1, grant.sessionId, null, null, null, 'demo', 'Rex', 'anthropic'])).toString('base64url')
    const mark = createHmac('sha256', 'secret').update(text).digest('base64url')
    expect(createTokens('secret').read(`reef_${text}.${mark}`)).toEqual({ ...grant, team: 'factory', tier: 'mid' })
  })

  it('is worth nothing when another secret signed it, when it was changed, or when it is no token', () => {
    const { issue, read } = createTokens('secret')
    const token = issue(grant)
    const forged = `reef_${Buffer.from(JSON.stringify([1, grant.sessionId, null, null, null, null, 'Rex', 'other'])).toString('base64url')}.${token.split('.')[1]}`
    for (const bad of [createTokens('other').issue(grant), forged, token.slice(0, -2), `${token}.x`, token.slice(5), '', 'reef_', 'reef_.', 'reef_e30.e30'])
      expect(read(bad), bad).toBeUndefined()
  })

  it('ends when it is revoked, and others go on', () => {
    const { issue, read, revoke } = createTokens('secret')
    const other = { ...grant, sessionId: 'ses_01JC0000000000000000000002' } as const
    const [first, second] = [issue(grant), issue(other)]
    revoke(grant.sessionId)
    expect([read(first), read(second)]).toEqual([undefined, other])
  })
})
