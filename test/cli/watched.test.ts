import { describe, expect, it } from 'vitest'
import { toReport } from '../../src/cli/report.ts'
import { concerns, learn, toEnding, toMap, toWatched, type Watched } from '../../src/cli/watched.ts'
import type { ReefEvent, TaskView } from '../../src/contract/index.ts'
import { at, evidence, id, plan, request, task } from './canned.ts'

const watching = (tasks: readonly TaskView[]): Watched => ({ ...toWatched(request()), plan: plan(), tasks: toMap(tasks) })
const event = (type: string, data: unknown): ReefEvent =>
  ({ seq: 1, id: id('evt', '1'), type, at: at(), actor: 'engine', subject: 'x', correlationId: null, data }) as ReefEvent

describe('waiting ends', () => {
  const kind = (tasks: readonly TaskView[]) => toEnding(watching(tasks), false)?.kind

  it('stuck when everything open hangs on what failed, however far away', () => {
    const dead = task('T1', { state: 'dead_letter' })
    expect(kind([dead, task('T2'), task('T3', { dependsOn: ['T2'] })])).toBe('stuck')
    expect(kind([task('T1', { state: 'failed' })])).toBe('stuck')
  })

  it('not while anything can still move: running, ready, waiting for the owner, or pending on something else', () => {
    const dead = task('T1', { state: 'dead_letter' })
    for (const state of ['ready', 'claimed', 'running', 'awaiting_input', 'review'] as const)
      expect(kind([dead, task('T9', { state, dependsOn: [] })])).toBeUndefined()
    expect(kind([dead, task('T8', { state: 'done' }), task('T9', { dependsOn: ['T8'] })])).toBeUndefined()
    expect(kind([task('T1'), task('T2')])).toBeUndefined()
  })

  it('at a plan to review only when the review was asked for', () => {
    const draft = { ...watching([]), plan: plan({ state: 'draft' }) }
    expect([toEnding(draft, true)?.kind, toEnding(draft, false)]).toEqual(['planned', undefined])
  })
})

describe('an event concerns the request', () => {
  it('when it is about it, its plan or anything of its plan, and not when it is about another', () => {
    const watched = watching([task('T1')])
    const other = id('plan', 'P1AN99')
    expect(
      [
        event('task.started', task('T2')),
        event('evidence.recorded', evidence(task('T1').id)),
        event('plan.created', { plan: plan({ id: other }), tasks: [] }),
        event('factory.paused', {}),
        event('task.started', task('T1', { planId: other })),
        event('plan.started', plan({ id: other, requestId: id('req', 'REQ009') })),
        event('evidence.recorded', evidence(id('task', 'TASKT7'))),
      ].map((one) => concerns(watched, one)),
    ).toEqual([true, true, true, true, false, false, false])
  })

  it('and teaches the row as it stands after the change', () => {
    const watched = learn(watching([task('T1')]), event('task.completed', task('T1', { state: 'done' })))
    expect([...watched.tasks.values()].map((one) => one.state)).toEqual(['done'])
  })
})

describe('a report', () => {
  const done = task('T1', { state: 'done' })
  const facts = {
    ending: 'done' as const,
    sentence: 'The plan is done.',
    request: request(),
    plan: plan({ state: 'done' }),
    tasks: [done],
    evidence: [evidence(done.id)],
    releases: [],
    endpoint: null,
    approvals: [],
    audit: { ok: true, rows: 1, head: 'x' },
    spend: { total: 0, calls: 0 },
    durationMs: 1,
    rehearsal: false,
  }
  const endpoint = { url: 'http://127.0.0.1:1', status: 404, ms: 1, body: '' }

  it('is ok only when everything that proves the work is there', () => {
    const cases = {
      whole: toReport(facts),
      'an endpoint that answers 404': toReport({ ...facts, endpoint }),
      'one that answers 500': toReport({ ...facts, endpoint: { ...endpoint, status: 500 } }),
      'one that does not answer': toReport({ ...facts, endpoint: { ...endpoint, status: 0 } }),
      'a skipped task': toReport({ ...facts, tasks: [task('T1', { state: 'skipped' })] }),
      'a cancelled task': toReport({ ...facts, tasks: [task('T1', { state: 'cancelled' })] }),
      'failed evidence only': toReport({ ...facts, evidence: [evidence(done.id, { verdict: 'failed' })] }),
      'waived evidence': toReport({ ...facts, evidence: [evidence(done.id, { verdict: 'waived' })] }),
      'a broken record': toReport({ ...facts, audit: { ok: false, rows: 1, head: 'x' } }),
      'a plan to review': toReport({ ...facts, ending: 'planned', tasks: [task('T1', { state: 'draft' })], evidence: [] }),
    }
    expect(Object.entries(cases).flatMap(([name, report]) => (report.ok ? [name] : []))).toEqual([
      'whole',
      'an endpoint that answers 404',
      'waived evidence',
      'a plan to review',
    ])
    expect(Object.values(cases).every((report) => report.ok === (report.problems.length === 0))).toBe(true)
  })
})
