import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { type Nanodollars, toNanodollars } from '../../../contract/money.ts'
import { Figures } from './figures.tsx'

it('U-111: says in a table what the chart shows', () => {
  const costs = [toNanodollars(1), 0 as Nanodollars]
  const page = renderToStaticMarkup(
    <Figures
      chart={{
        unit: 'day',
        keys: ['Rex', 'other'],
        highest: toNanodollars(1),
        buckets: [{ at: 0, until: 1, costs, total: toNanodollars(1), sum: toNanodollars(3) }],
      }}
      hrefOf={() => '#/spend/calls'}
      nameOf={(key) => (key === 'other' ? 'all others' : key)}
    />,
  )
  expect(
    page
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  ).toBe('Cost by day day Rex all others together sum so far 1 Jan $1.00 $0 $1.00 $3.00')
})
