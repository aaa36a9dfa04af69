import { expect, it } from 'vitest'
import { AttemptId, CallId, PlanId, RequestId, SessionId, TaskId } from './ids.ts'

const ULID = '01JD3W6Q2V8Y5N7R4T9XBCMHKZ'
const schemas = { req: RequestId, plan: PlanId, task: TaskId, att: AttemptId, ses: SessionId, call: CallId }

it('takes an id only with its own prefix, so that a task’s id is never a plan’s (R-046)', () => {
  for (const [prefix, schema] of Object.entries(schemas)) {
    const taken = [...Object.keys(schemas), ''].filter((other) => schema.safeParse(`${other}_${ULID}`).success)
    expect(taken).toEqual([prefix])
  }
})

it('refuses what is no ULID: too short, too long, letters that a reader mistakes, line breaks', () => {
  const wrong = [ULID.slice(1), `${ULID}0`, ULID.replace('J', 'I'), ULID.replace('J', 'O'), ULID.toLowerCase(), `${ULID}\n`, `x${ULID}`]
  expect(wrong.filter((id) => TaskId.safeParse(`task_${id}`).success)).toEqual([])
})
