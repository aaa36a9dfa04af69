import { describe, expect, it } from 'vitest'
import type { AgentView, PlannedTask } from '../../contract/index.ts'
import { createLogger } from '../kernel/logger.ts'
import { createPlanner } from './planner.ts'
import { findJson } from './prompt.ts'
import { toTemplatePlan } from './template.ts'

const task = (key: string, more: Partial<PlannedTask> = {}) => ({
  key,
  title: `Do ${key}`,
  instructions: 'Do it.',
  agent: 'Rex',
  kind: 'build',
  budgetUsd: 1,
  ...more,
})
const draft = (...tasks: object[]) => JSON.stringify({ title: 'A shop', tasks })
const request = { text: 'a shop for tea', project: 'shop', budgetUsd: 10 }

/** A planner whose model gives these answers one after the other; an Error is a model that cannot be reached. */
function plan(...answers: Array<string | Error>) {
  const asked: string[] = []
  const planner = createPlanner({
    agents: () => [{ name: 'Rex', role: 'Code', active: true } as AgentView, { name: 'Law', role: 'Advice', active: false } as AgentView],
    findProblems: (tasks) => tasks.filter((one) => one.agent !== 'Rex').map((one) => `no agent is called ${one.agent}`),
    logger: createLogger(undefined),
  })
  const think = async ({ prompt }: { prompt: string }) => {
    asked.push(prompt)
    const answer = answers.shift()
    if (answer === undefined) throw new Error('asked too often')
    if (answer instanceof Error) throw answer
    return answer
  }
  return planner.plan(request, think).then((made) => ({ made, asked }))
}

describe('planning', () => {
  it('takes a model’s plan when it fits the schema (R-017, R-029)', async () => {
    const { made, asked } = await plan(`Here you are:\n\`\`\`json\n${draft(task('T1'), task('T2', { dependsOn: ['T1'] }))}\n\`\`\``)
    expect(made).toMatchObject({ title: 'A shop', source: 'model', note: null })
    expect(made.tasks.map(({ key, dependsOn, tier, priority }) => [key, dependsOn, tier, priority])).toEqual([
      ['T1', [], 'mid', 2],
      ['T2', ['T1'], 'mid', 2],
    ])
    expect(asked).toHaveLength(1)
  })

  it('tells the model the request as data, and only the active agents (R-107)', async () => {
    const { asked } = await plan(draft(task('T1')))
    expect(asked[0]).toContain('<request>\na shop for tea\n</request>')
    expect(asked[0]).toContain('- Rex: Code')
    expect(asked[0]).not.toContain('Law')
  })

  it('lets the model correct itself once, with its fault named (R-034)', async () => {
    const { made, asked } = await plan(draft(task('T1', { agent: 'Nobody' })), draft(task('T1')))
    expect(made).toMatchObject({ source: 'model', note: 'repaired once' })
    expect(asked[1]).toContain('Your last answer could not be used: no agent is called Nobody')
    const unreadable = await plan('I would rather not.', draft(task('T1')))
    expect(unreadable.made.source).toBe('model')
  })

  it.each([
    ['no model can be reached', [new Error('no provider')], 'no provider'],
    ['the correction fails too', ['{}', '{}'], /title|tasks/],
    ['the model is gone at the correction', ['{}', new Error('gone')], 'gone'],
  ])('falls back to the template when %s, and says why (R-031)', async (_when, answers, note) => {
    const { made } = await plan(...answers)
    expect(made.source).toBe('template')
    expect(made.title).toBe('a shop for tea')
    expect(made.note).toMatch(note)
  })
})

describe('the template', () => {
  it('is the pipeline of the specification: two builds side by side, then QA, then delivery (R-031, R-053, R-082, R-103)', () => {
    const tasks = toTemplatePlan('a shop for tea', 10)
    expect(tasks.map(({ key, kind, agent, dependsOn }) => [key, kind, agent, dependsOn.join()])).toEqual([
      ['T1', 'research', 'Scout', ''],
      ['T2', 'design', 'Atlas', 'T1'],
      ['T3', 'build', 'Rex', 'T2'],
      ['T4', 'build', 'Rex', 'T2'],
      ['T5', 'qa', 'Hawk', 'T3,T4'],
      ['T6', 'deliver', 'Forge', 'T5'],
    ])
    expect(tasks.reduce((sum, one) => sum + one.budgetUsd, 0)).toBeCloseTo(10)
    expect(tasks.every((one) => one.instructions.includes('a shop for tea'))).toBe(true)
  })

  it('holds the longest request and the smallest budget', () => {
    const tasks = toTemplatePlan('x'.repeat(40_000), 0.01)
    expect(tasks.every((one) => one.instructions.length <= 16_384 && one.budgetUsd > 0)).toBe(true)
  })
})

it('a model’s JSON is found in a fence, in prose, or alone; anything else is nothing', () => {
  expect(findJson('```json\n{"a":1}\n```')).toEqual({ a: 1 })
  expect(findJson('```\n{"a":2}\n```')).toEqual({ a: 2 })
  expect(findJson('Sure! {"a":{"b":3}} Enjoy.')).toEqual({ a: { b: 3 } })
  expect(findJson('{"a":4}')).toEqual({ a: 4 })
  expect(findJson('{"a":')).toBeUndefined()
  expect(findJson('no')).toBeUndefined()
  expect(findJson('[1, 2]')).toBeUndefined()
})
