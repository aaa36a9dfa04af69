import { expect, test } from 'vitest'
import type { ReefEvent } from '../contract/index.ts'
import { createNoticeReader, toNotice } from './notice.ts'

const event = (type: string, data: object) => ({ type, data }) as unknown as ReefEvent

test('what asks something of the owner, or ends what he asked for, is told; the rest waits until he looks', () => {
  expect(toNotice(event('approval.requested', { id: 'apr_1', what: 'Deploy shop', rehearsal: false }))).toEqual({
    title: 'Waits for you',
    body: 'Deploy shop',
    link: '/inbox/apr_1',
  })
  expect(toNotice(event('plan.completed', { id: 'plan_1', title: 'Shop', endpoint: 'http://127.0.0.1:1', rehearsal: true }))).toMatchObject({
    title: 'REHEARSAL · Done',
    body: 'Shop: http://127.0.0.1:1',
  })
  expect(toNotice(event('release.failed', { planId: 'plan_1', project: 'shop', error: 'It ended.', rehearsal: false }))).toMatchObject({
    body: 'shop: It ended.',
  })
  const budget = { scope: 'global', subject: '*', period: 'day', spent: 80_000_000_000, hard: 100_000_000_000 }
  expect(toNotice(event('budget.crossed', { budget, mark: 80 }))).toMatchObject({ title: '80 % is spent', body: expect.stringContaining('$80.00 of $100.00') })
  expect(toNotice(event('budget.crossed', { budget, mark: 50 }))).toBeUndefined()
  expect(toNotice(event('budget.refused', { budget }))).toMatchObject({ title: 'Out of money', link: '/spend/budgets' })
  expect(toNotice(event('agent.paused', { name: 'Rex', paused: { by: 'velocity', reason: 'spends $9.00 an hour' } }))).toMatchObject({ title: 'Rex is paused' })
  expect(toNotice(event('agent.paused', { name: 'Rex', paused: { by: 'owner', reason: 'a look first' } }))).toBeUndefined()
  for (const quiet of ['task.completed', 'session.ended', 'call.settled', 'plan.started']) expect(toNotice(event(quiet, {}))).toBeUndefined()
})

test('requests of one bundle are told once, and what is in earnest by itself (U-49)', () => {
  const read = createNoticeReader()
  const asked = (id: string, tier: string, bundleId: string) => read(event('approval.requested', { id, what: id, tier, bundleId, rehearsal: false }))?.body
  expect([asked('mail', 'T2', 'bun_1'), asked('deploy', 'T2', 'bun_1'), asked('another', 'T2', 'bun_2')]).toEqual(['mail', undefined, 'another'])
  expect([asked('delete', 'T3', 'bun_3'), asked('rotate', 'T3', 'bun_3')]).toEqual(['delete', 'rotate'])
})

test('a reminder is told when time is nearly over, not at half of it', () => {
  const reminded = (reminded90At: number | null) => toNotice(event('approval.reminded', { id: 'apr_1', what: 'Deploy shop', rehearsal: false, reminded90At }))
  expect([reminded(null), reminded(9)?.title]).toEqual([undefined, 'Still waits for you'])
})

test('a lost phone and a mistake in a policy are told, because both change what happens without the owner', () => {
  expect(toNotice(event('channel.lost', { title: 'OpenClaw' }))).toMatchObject({ title: 'OpenClaw is lost', link: '/channels' })
  expect(toNotice(event('policy.rejected', { problems: [{ message: 'T7 is no tier.' }] }))).toMatchObject({ body: 'T7 is no tier.' })
})

test('shows the words of agents as one line of text: no markup, no link, nothing hidden (U-61)', () => {
  const read = createNoticeReader()
  const what = 'Run <a href="http://evil">echo</a>\n<img src="x">\u202eyes\u202c & more'
  expect(read(event('approval.requested', { id: 'apr_1', bundleId: 'bun_1', tier: 'T2', what, rehearsal: false }))?.body).toBe(
    'Run ‹a href="http://evil"›echo‹/a› ‹img src="x"›yes & more',
  )
  expect(read(event('plan.failed', { id: 'plan_1', title: 'x'.repeat(9000), rehearsal: false }))?.body.length).toBe(300)
})
