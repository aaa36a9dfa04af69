import { expect, it } from 'vitest'
import { toNanodollars } from '../../../contract/money.ts'
import { toStanding } from './today.tsx'

const limits = { target: toNanodollars(30), alert: toNanodollars(50), stop: toNanodollars(100) }

it('U-73: says where the day stands between target, alert and stop, and colours only what must be looked at', () => {
  expect([4.18, 30, 31, 50, 99.5, 100].map((usd) => toStanding({ ...limits, spent: toNanodollars(usd) }))).toEqual([
    { words: '$25.82 left to the target', attention: 'quiet' },
    { words: '$0 left to the target', attention: 'quiet' },
    { words: 'above the target of $30.00, alerts in $19.00', attention: 'quiet' },
    { words: '▲ above the alert of $50.00, stops in $50.00', attention: 'high' },
    { words: '▲ above the alert of $50.00, stops in $0.50', attention: 'high' },
    { words: '✕ stopped: $100.00 reached, nothing that costs money starts until tomorrow', attention: 'alarm' },
  ])
})
