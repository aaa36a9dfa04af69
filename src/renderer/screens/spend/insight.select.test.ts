import { expect, it } from 'vitest'
import type { Forecast, SpendInsight } from '../../../contract/ledger.ts'
import { toNanodollars, zeroDollars } from '../../../contract/money.ts'
import type { Instant } from '../../../contract/time.ts'
import { toChange, toCourse, toCourseLines } from './insight.select.ts'

const zone = 'Pacific/Auckland'
const usd = toNanodollars
const at = (text: string) => Date.parse(text) as Instant
const forecast = (low: number, middle: number, high: number): Forecast => ({
  low: usd(low),
  middle: usd(middle),
  high: usd(high),
  method: '',
  error: null,
  exhaustedAt: null,
})
const day = (points: ReadonlyArray<readonly [string, number]>, expected: Forecast): Pick<SpendInsight, 'today' | 'dayForecast'> => ({
  today: points.map(([when, amount]) => ({ at: at(when), spent: usd(amount) })),
  dayForecast: expected,
})

it('U-75: joins the band of the forecast to the day so far and ends it with the day, also on one of 25 hours', () => {
  const course = toCourse(
    day(
      [
        ['2027-04-03T11:00:00Z', 0],
        ['2027-04-03T20:00:00Z', 4],
      ],
      forecast(6, 8, 11),
    ),
    zone,
  )
  expect(course).toEqual([
    { at: at('2027-04-03T11:00:00Z'), spent: 0, middle: null, band: null },
    { at: at('2027-04-03T20:00:00Z'), spent: usd(4), middle: usd(4), band: [usd(4), usd(4)] },
    { at: at('2027-04-04T12:00:00Z'), spent: null, middle: usd(8), band: [usd(6), usd(11)] },
  ])
})

it('draws no line of a day on which nothing was spent and nothing is expected', () => {
  expect(toCourse(day([], forecast(0, 0, 0)), zone)).toEqual([])
  expect(toCourse(day([['2026-11-20T12:00:00Z', 0]], forecast(0, 0, 0)), zone)).toEqual([])
  expect(toCourse(day([['2026-11-20T12:00:00Z', 0]], forecast(0, 1, 2)), zone).length).toBe(2)
})

it('U-03: draws the limits that the day reaches or may reach, and the next above', () => {
  const limits = { target: usd(30), alert: usd(50), stop: usd(100) }
  const names = (high: number) => toCourseLines(toCourse(day([['2026-11-20T12:00:00Z', 1]], forecast(1, 2, high)), zone), limits).map(({ name }) => name)
  expect([names(13), names(40), names(400)]).toEqual([['target'], ['target', 'alert'], ['target', 'alert', 'stop']])
  expect(toCourseLines([], { ...limits, target: zeroDollars }).map(({ name }) => name)).toEqual(['alert'])
})

it('says how spend moved without dividing by nothing', () => {
  expect([
    toChange(usd(9.6), usd(3.1)),
    toChange(usd(1), usd(2)),
    toChange(usd(1), usd(1)),
    toChange(usd(1), usd(0)),
    toChange(usd(0), usd(1)),
    toChange(usd(0), usd(0)),
  ]).toEqual(['+210 %', '−50 %', '0 %', 'new', 'gone', ''])
})
