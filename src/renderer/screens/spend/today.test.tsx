import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { toNanodollars } from '../../../contract/money.ts'
import type { Instant } from '../../../contract/time.ts'
import { Today, toStanding } from './today.tsx'

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

it('reads the meter out as an amount of a limit', () => {
  const page = renderToStaticMarkup(
    <Today spend={{ ...limits, spent: toNanodollars(4.18), perHour: toNanodollars(0.62), asOf: Date.parse('2026-11-21T01:32:00Z') as Instant }} />,
  )
  expect(page).toContain('aria-valuetext="$4.18 of $100.00; $25.82 left to the target"')
  expect(page).toMatch(/\$0\.62<\/span> in the last hour/)
})
