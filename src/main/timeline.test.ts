import { expect, test } from 'vitest'
import type { PlanId, ReefEvent } from '../contract/index.ts'
import { createTimeline } from './timeline.ts'

const event = (type: string, data: object) => ({ type, data, at: Date.UTC(2026, 10, 21, 1, 2, 3) }) as unknown as ReefEvent
const task = { key: 'T3', title: 'Build', agent: 'Rex', state: 'running', planId: 'plan_1', error: 'npm test failed\nmuch more' }

test('the terminal hears of the rehearsal only, and every line says that it is one', () => {
  const toLine = createTimeline({ dataDirFlag: '', zone: 'UTC', rehearsal: undefined })
  expect(toLine(event('task.started', task))).toBeUndefined()
  expect(toLine(event('plan.created', { plan: { id: 'plan_1', rehearsal: true }, tasks: [task] }))).toBe('01:02:03  REHEARSAL  ◌ planned: T3 Build')
  expect(toLine(event('task.started', task))).toBe('01:02:03  REHEARSAL  ◐ T3 Build: running (Rex)')
  expect(toLine(event('task.retried', task))).toBe('01:02:03  REHEARSAL  ↻ T3 goes back to Rex: npm test failed')
  expect(toLine(event('plan.created', { plan: { id: 'plan_2', rehearsal: false }, tasks: [] }))).toBeUndefined()
})

test('a rehearsal that an earlier engine began is heard too', () => {
  const toLine = createTimeline({ dataDirFlag: ' --data-dir /d', zone: 'UTC', rehearsal: 'plan_1' as PlanId })
  expect(toLine(event('task.completed', { ...task, state: 'done' }))).toContain('✓ T3 Build: done')
  expect(toLine(event('approval.requested', { id: 'apr_000000ABCDEF', what: 'Deploy', rehearsal: true }))).toContain(
    'npx reef approval approve ABCDEF --data-dir /d',
  )
})
