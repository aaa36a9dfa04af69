import { type Turn, write } from '../turn.ts'

const report = `# Competitor prices: what we found

> REHEARSAL. The three shops are invented; their pages are kept in this repository, and nothing was fetched from anywhere.

## Question

What does a price comparison API need to know about the shops it compares?

## Shops

| Shop | Page | How a price is written |
|---|---|---|
| Harbour Electronics | data/shops/harbour-electronics.html | \`NZ$1,099.00\` |
| Southern Tech | data/shops/southern-tech.html | \`NZ$ 949.00\` |
| Budget Bytes | data/shops/budget-bytes.html | \`NZD 899.50\` |

## What matters

1. **Prices are text.** Thousands separators, spaces and currency signs differ; "1,099.00" sorts before "899.50" as text. Prices have to become numbers before they are compared.
2. **Currencies do not mix.** An offer without a currency cannot be compared and is left out.
3. **Pages are untidy.** Entities (\`&amp;\`), missing prices and sold-out goods occur. One bad card must not lose the page, one bad page must not lose the rest.
4. **Names differ slightly** between shops. A search for part of the name, in any case, finds the same thing everywhere.
`

const data = `${JSON.stringify(
  {
    rehearsal: true,
    currency: 'NZD',
    shops: [
      { name: 'Harbour Electronics', page: 'data/shops/harbour-electronics.html', price: 'NZ$1,099.00' },
      { name: 'Southern Tech', page: 'data/shops/southern-tech.html', price: 'NZ$ 949.00' },
      { name: 'Budget Bytes', page: 'data/shops/budget-bytes.html', price: 'NZD 899.50' },
    ],
    card: { element: 'article.product', name: 'h2.name', price: 'span.price', link: 'a.buy[href]' },
  },
  null,
  2,
)}
`

export const researchTurns = (): Turn[] => [
  {
    text: 'REHEARSAL: I look at how three shops show their prices and write down what a comparison must be careful about.',
    calls: [write('docs/research-report.md', report)],
  },
  { text: 'Now the same for programs.', calls: [write('docs/competitor-data.json', data)] },
  {
    text: 'REHEARSAL: docs/research-report.md and docs/competitor-data.json are written. The trap to remember: prices come as text and must be compared as numbers.',
  },
]
