import { setTimeout as sleep } from 'node:timers/promises'
import type { PlanView, TaskView } from '../../src/contract/index.ts'
import * as canned from './canned.ts'
import type { Stage } from './fixture-engine.ts'

export type Play = (stage: Stage, circumstances: { rehearsal: boolean; url: string }) => Promise<void>

/** Acts, in small steps, so that the feed is really streamed. */
const act = async (stage: Stage, steps: readonly (readonly [string, unknown])[]): Promise<void> => {
  for (const [type, data] of steps) {
    await sleep(5)
    stage.emit(type, data)
  }
}

const t1 = (change: Partial<TaskView> = {}) => canned.task('T1', change)
const t2 = (change: Partial<TaskView> = {}) => canned.task('T2', change)
const ran = { startedAt: canned.at(2), endedAt: canned.at(67) }

const opening = (rehearsal: boolean, plan: Partial<PlanView> = {}): (readonly [string, unknown])[] => [
  ['request.submitted', canned.request({ rehearsal })],
  ['plan.created', { plan: canned.plan({ rehearsal, ...plan }), tasks: [t1({ state: 'ready' }), t2()] }],
  ['request.planned', canned.request({ rehearsal, state: 'planned', planId: canned.id('plan', 'P1AN01') })],
]

const work = (key: 'T1' | 'T2'): (readonly [string, unknown])[] => {
  const task = key === 'T1' ? t1 : t2
  return [
    ['task.claimed', task({ state: 'claimed' })],
    ['task.started', task({ state: 'running', attempts: 1, startedAt: canned.at(2) })],
    ['task.submitted', task({ state: 'review' })],
    ['evidence.recorded', canned.evidence(task().id)],
    ['task.completed', task({ state: 'done', ...ran })],
  ]
}

const waiting = t2({ state: 'ready', wait: { reason: 'quota', detail: 'anthropic, 5-hour window', owner: 'engine', until: canned.at(3600) } })

/** What the fixture does once something is submitted. */
export const plays: Readonly<Record<string, Play>> = {
  done: async (stage, { rehearsal, url }) => {
    await act(stage, [
      ...opening(rehearsal),
      ...work('T1'),
      ['task.waited', waiting],
      ['task.waited', waiting],
      ...work('T2'),
      ['release.proven', canned.release({ rehearsal })],
      ['plan.completed', canned.plan({ rehearsal, state: 'done', done: 2, endpoint: `${url}/product`, endedAt: canned.at(90) })],
    ])
  },
  broken: async (stage, { rehearsal, url }) => {
    await act(stage, [
      ...opening(rehearsal),
      ...work('T1'),
      ...work('T2'),
      ['plan.completed', canned.plan({ rehearsal, state: 'done', done: 2, endpoint: `${url}/product/broken` })],
    ])
  },
  unproved: async (stage, { rehearsal }) => {
    await act(stage, [
      ...opening(rehearsal),
      ...work('T1'),
      ['task.completed', t2({ state: 'done', ...ran })],
      ['plan.completed', canned.plan({ rehearsal, state: 'done', done: 2 })],
    ])
  },
  unplanned: async (stage) => {
    await act(stage, [
      ['request.submitted', canned.request()],
      ['request.failed', canned.request({ state: 'failed', error: 'No model is connected.' })],
    ])
  },
  draft: async (stage) => {
    await act(stage, opening(false, { state: 'draft' }))
  },
  stuck: async (stage) => {
    await act(stage, [
      ...opening(false),
      ['task.started', t1({ state: 'running', attempts: 3 })],
      ['task.retried', t1({ state: 'ready', attempts: 2, error: 'npm test failed' })],
      ['task.dead-lettered', t1({ state: 'dead_letter', attempts: 3, error: 'npm test failed: 3 of 12\x1b[2J' })],
    ])
  },
  cancelled: async (stage) => {
    await act(stage, [...opening(false), ['plan.cancelled', canned.plan({ state: 'cancelled' })]])
  },
  asks: async (stage, { url }) => {
    stage.decided.add((approved) => {
      stage.emit('approval.approved', approved)
      void act(stage, [
        ['approval.executed', { ...approved, state: 'executed' }],
        ...work('T2'),
        ['plan.completed', canned.plan({ state: 'done', done: 2, endpoint: `${url}/product` })],
      ])
    })
    await act(stage, [...opening(false), ...work('T1'), ['task.waited', t2({ state: 'awaiting_input' })], ['approval.requested', canned.approval()]])
  },
  gap: async (stage, { url }) => {
    await act(stage, [...opening(false), ...work('T1')])
    stage.gap = 3
    await act(stage, [...work('T2'), ['plan.completed', canned.plan({ state: 'done', done: 2, endpoint: `${url}/product` })]])
  },
  dies: async (stage) => {
    await act(stage, opening(false))
    process.stderr.write('The disk is full.\n')
    process.exit(1)
  },
  forever: async (stage) => {
    await act(stage, [...opening(false), ['task.started', t1({ state: 'running' })]])
  },
  quiet: async () => undefined,
  sick: async () => undefined,
}
