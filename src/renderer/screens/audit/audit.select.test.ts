import { describe, expect, it } from 'vitest'
import { type AuditRow, eventTypes } from '../../../contract/events.ts'
import { isDecision, isNarrowed, noFilter, toActorChoices, toHref, toJsonLines, toSummary, toVerdictText, typeChoices } from './audit.select.ts'

const row = (seq: number, over: Partial<AuditRow> = {}): AuditRow =>
  ({
    seq,
    id: `evt_${seq}`,
    type: 'factory.paused',
    at: seq,
    actor: 'owner',
    subject: 'factory',
    correlationId: null,
    hash: `h${seq}`,
    data: {},
    ...over,
  }) as AuditRow
describe('the record on screen', () => {
  it('U-35: leads from a row to the thing it happened to', () => {
    const data = { planId: 'plan_1', taskId: 'task_1', sessionId: 'ses_1' }
    expect(
      (
        [
          ['task.completed', 'task_1', { planId: 'plan_1' }],
          ['plan.created', 'plan_1', { plan: { id: 'plan_1' } }],
          ['attempt.ended', 'att_1', data],
          ['evidence.recorded', 'evd_1', { taskId: 'task_1' }],
          ['artifact.recorded', 'art_1', data],
          ['approval.requested', 'apr_1', data],
          ['request.planned', 'req_1', { planId: 'plan_1' }],
          ['call.settled', 'call_1', data],
          ['budget.changed', 'Rex', {}],
          ['spend.killed', 'spend', {}],
          ['circuit.opened', 'anthropic', {}],
          ['agent.changed', 'Rex', {}],
          ['settings.changed', 'theme', {}],
          ['playbook.used', 'pbk_1', {}],
          ['policy.accepted', 'policy', {}],
          ['template.changed', 'aware', {}],
          ['channel.lost', 'openclaw', {}],
          ['message.received', 'msg_1', {}],
          ['factory.started', 'factory', {}],
        ] as const
      ).map(([type, subject, value]) => toHref({ type, subject, data: value })),
    ).toEqual([
      '#/plans/plan_1/task_1',
      '#/plans/plan_1',
      '#/sessions/ses_1',
      undefined,
      '#/plans/plan_1/task_1',
      '#/inbox/apr_1',
      '#/plans/plan_1',
      '#/spend/calls/call_1',
      '#/spend/budgets',
      '#/spend',
      '#/settings/models',
      '#/agents/Rex',
      '#/settings',
      '#/rules/playbooks/pbk_1',
      '#/rules/policy',
      '#/rules/templates',
      '#/channels',
      '#/channels/messages/msg_1',
      undefined,
    ])
  })

  it('R-352: says what a setting was and what it became', () => {
    expect(toSummary({ type: 'settings.changed', data: { key: 'theme', from: 'dark', to: 'light' } })).toBe('theme: "dark" → "light"')
    expect(toSummary({ type: 'task.completed', data: { key: 'T3', title: 'Build' } })).toBe('T3 Build')
    expect(toSummary({ type: 'agent.rejected', data: { file: 'rex.md', line: 4, message: 'unknown key' } })).toBe('rex.md, line 4: unknown key')
    expect(toSummary({ type: 'task.waited', data: { key: 'T3', title: 'Build', wait: { detail: 'no free slot' } } })).toBe('T3 Build · no free slot')
    expect(toSummary({ type: 'attempt.ended', data: { n: 2, agent: 'Rex', model: 'none', state: 'failed', error: 'npm test: 1' } })).toBe(
      'attempt 2 · Rex · failed · npm test: 1',
    )
    expect(toSummary({ type: 'factory.paused', data: null })).toBe('')
  })

  it('R-189: says what a rule, a playbook, a channel and a message became', () => {
    expect(
      (
        [
          ['policy.accepted', { version: 4, note: 'deploy.local T1 → T2' }],
          [
            'policy.rejected',
            {
              problems: [
                { file: 'a.yaml', line: 3, message: 'no tier' },
                { file: 'a.yaml', line: null, message: 'x' },
              ],
            },
          ],
          ['policy.rejected', { problems: [] }],
          ['playbook.used', { name: 'Shop', state: 'active' }],
          ['channel.lost', { name: 'openclaw', title: 'OpenClaw', state: 'down', detail: 'Nothing answers.' }],
          ['message.moved', { channel: 'whatsapp', kind: 'test', state: 'failed', error: 'too old' }],
          ['message.answered', { channel: 'openclaw', sender: '+64', state: 'answered', outcome: 'Approved.' }],
          ['approval.denied', { what: 'Deploy v14', channel: 'openclaw', reason: 'not now', outcome: 'never' }],
        ] as const
      ).map(([type, data]) => toSummary({ type, data })),
    ).toEqual([
      'version 4 · deploy.local T1 → T2',
      'a.yaml, line 3: no tier and 1 more',
      '',
      'Shop · active',
      'OpenClaw · down · Nothing answers.',
      'whatsapp · test · failed · too old',
      'openclaw · +64 · Approved.',
      'Deploy v14 · openclaw · not now',
    ])
  })

  it('knows a decision by its id, and nothing else', () => {
    expect(['apr_00000000000000000000000010', 'apr_x', 'task_00000000000000000000000010'].filter(isDecision)).toEqual(['apr_00000000000000000000000010'])
  })

  it('is narrowed by any one of its filters', () => {
    expect([noFilter, { ...noFilter, text: 'x' }, { ...noFilter, actor: 'owner' }].map(isNarrowed)).toEqual([false, true, true])
    expect(toActorChoices(['Rex', 'Kev']).map(([value]) => value)).toEqual([
      '',
      'owner',
      'engine',
      'playbook',
      'agent:Kev',
      'agent:Rex',
      'channel:desktop',
      'channel:openclaw',
      'channel:whatsapp',
      'channel:webhook',
    ])
  })

  it('names the broken row', () => {
    expect(toVerdictText({ ok: false, rows: 1200, firstBroken: 7, head: 'x' })).toMatch(/broken at row 7 of 1,200/)
    expect(toVerdictText({ ok: true, rows: 1, firstBroken: null, head: 'x' })).toMatch(/whole: 1 row,/)
  })

  it('offers every type of event for filtering and writes rows oldest first', () => {
    expect(typeChoices.map(([type]) => type)).toEqual(['', ...eventTypes.toSorted()])
    expect(
      toJsonLines([row(2), row(1)])
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).seq),
    ).toEqual([1, 2])
  })
})
