import { expect, it } from 'vitest'
import { toChips, toFilter, toQuery, without } from './calls.select.ts'

const zone = 'Pacific/Auckland'
const nameOf = (id: string) => `“${id}”`
const full = (at: number) => new Date(at).toISOString()

it('reads filters from the address and takes nothing else for one (U-25)', () => {
  expect(toFilter({ agent: 'Rex', since: '100', until: 'soon', model: '', colour: 'red' })).toEqual({ agent: 'Rex', since: 100 })
  expect(toFilter({})).toEqual({})
})

it('shows each filter as a chip in words, and takes away one at a time; both ends of a time are one', () => {
  const query = { agent: 'Rex', taskId: 'task_1', since: '0', until: '1000' }
  expect(toChips(toFilter(query), nameOf, full).map(({ words }) => words)).toEqual([
    'agent Rex',
    'task “task_1”',
    '1970-01-01T00:00:00.000Z to 1970-01-01T00:00:01.000Z',
  ])
  expect(without(query, 'time')).toEqual({ agent: 'Rex', taskId: 'task_1' })
  expect(without(query, 'agent')).toEqual({ taskId: 'task_1', since: '0', until: '1000' })
})

it('U-72: leads from a bar to the calls behind it, whatever it stands for', () => {
  expect(toQuery('agent', 'Rex', 1, 2, zone)).toEqual({ agent: 'Rex', since: '1', until: '2' })
  expect(toQuery('product', 'shop', 1, 2, zone)).toEqual({ project: 'shop', since: '1', until: '2' })
  expect(toQuery('task', 'task_1', 1, 2, zone)).toEqual({ taskId: 'task_1', since: '1', until: '2' })
  for (const key of [undefined, '', 'other']) expect(toQuery('model', key, 1, 2, zone)).toEqual({ since: '1', until: '2' })
})

it('U-116: leads from a day to that day of the owner’s zone, also when it has 23 or 25 hours', () => {
  const hours = (day: string, where: string) => {
    const { since, until } = toQuery('day', day, 1, 2, where)
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone: where, dateStyle: 'short' })
    expect([format.format(Number(since)), format.format(Number(until) - 1)]).toEqual([day, day])
    return (Number(until) - Number(since)) / 3_600_000
  }
  expect([hours('2026-11-21', zone), hours('2027-04-04', zone), hours('2027-09-26', zone), hours('2026-11-21', 'Pacific/Honolulu')]).toEqual([24, 25, 23, 24])
  expect(toQuery('day', 'no day', 1, 2, zone)).toEqual({ since: '1', until: '2' })
})
