import { describe, expect, it } from 'vitest'
import { type AuditRow, eventTypes } from '../../../contract/events.ts'
import { toHref, toJsonLines, toSummary, toVerdictText, typeChoices } from './audit.select.ts'

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
