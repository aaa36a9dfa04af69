import type { Conversation } from '../conversation.ts'
import { bash, read, type Turn, toVerdict, write } from '../turn.ts'

const money = `const signs = { 'NZ$': 'NZD', 'AU$': 'AUD', 'US$': 'USD', '€': 'EUR', '£': 'GBP' }

/**
 * A price as shops write it: "NZ$1,099.00", "NZ$ 949", "NZD 899.50". Undefined for anything that is not clearly one.
 * @param {string} text
 * @returns {{ price: number, currency: string } | undefined}
 */
export function parsePrice(text) {
  const match = /^(NZ\\$|AU\\$|US\\$|€|£|[A-Z]{3})\\s*(\\d{1,3}(?:,\\d{3})+|\\d+)(\\.\\d{1,2})?$/.exec(text.replaceAll('\\u00a0', ' ').trim())
  if (!match) return undefined
  const [, sign, whole, cents = ''] = match
  const price = Number(whole.replaceAll(',', '') + cents)
  return price > 0 ? { price, currency: signs[sign] ?? sign } : undefined
}
`

const scraper = `import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parsePrice } from './money.js'
import { isOffer } from './offer.js'

/** @import { Offer } from './offer.js' */

/**
 * Reads every shop page in a folder. A page or a card that makes no sense is left out.
 * @param {string} folder
 * @returns {Promise<Offer[]>}
 */
export async function collectOffers(folder) {
  const names = await readdir(folder).catch(() => [])
  const pages = await Promise.all(names.filter((name) => name.endsWith('.html')).sort().map((name) => readFile(join(folder, name), 'utf8')))
  return pages.flatMap(readPage)
}

/**
 * The offers on one page. Sold-out goods are no offers.
 * @param {string} html
 * @returns {Offer[]}
 */
export function readPage(html) {
  const shop = toText(/<meta name="shop" content="([^"]*)">/.exec(html)?.[1])
  const cards = [...html.matchAll(/<article class="product([^"]*)">([\\s\\S]*?)<\\/article>/g)]
  return cards
    .filter(([, classes]) => !classes.includes('sold-out'))
    .map(([, , card]) => ({
      product: toText(/<h2 class="name">([\\s\\S]*?)<\\/h2>/.exec(card)?.[1]),
      shop,
      ...parsePrice(toText(/<span class="price">([\\s\\S]*?)<\\/span>/.exec(card)?.[1])),
      url: toText(/<a class="buy" href="([^"]*)">/.exec(card)?.[1]),
    }))
    .filter(isOffer)
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' }

/** @param {string | undefined} html */
function toText(html = '') {
  return html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name) => entities[name])
    .replaceAll(/\\s+/g, ' ')
    .trim()
}
`

type Card = { readonly name: string; readonly price: string; readonly path: string; readonly soldOut?: true }

function page(shop: string, site: string, cards: readonly Card[]): string {
  const articles = cards.map(
    ({ name, price, path, soldOut }) => `    <article class="product${soldOut ? ' sold-out' : ''}">
      <h2 class="name">${name}</h2>
      <span class="price">${price}</span>
      <a class="buy" href="https://${site}.example/${path}">${soldOut ? 'Sold out' : 'Buy'}</a>
    </article>`,
  )
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="shop" content="${shop}">
    <title>${shop} (invented for a rehearsal)</title>
  </head>
  <body>
${articles.join('\n')}
  </body>
</html>
`
}

const pages: ReadonlyArray<readonly [file: string, html: string]> = [
  [
    'harbour-electronics',
    page('Harbour Electronics', 'harbour', [
      { name: 'Aria Headphones', price: 'NZ$1,099.00', path: 'aria' },
      { name: 'Tui Speaker &amp; Dock', price: 'NZ$249.00', path: 'tui-dock' },
      { name: 'Kea Camera', price: 'call us', path: 'kea' },
    ]),
  ],
  [
    'southern-tech',
    page('Southern Tech', 'southern', [
      { name: 'Aria Headphones', price: 'NZ$ 949.00', path: 'p/1001' },
      { name: 'Tui Speaker &amp; Dock', price: 'NZ$ 259.90', path: 'p/1002' },
      { name: 'Kea Camera', price: 'NZ$ 1,849.00', path: 'p/1003' },
    ]),
  ],
  [
    'budget-bytes',
    page('Budget Bytes', 'budget', [
      { name: 'ARIA headphones', price: 'NZD 899.50', path: 'item?id=7' },
      { name: 'Tui Speaker &amp; Dock', price: 'NZD 199.00', path: 'item?id=8', soldOut: true },
      { name: 'Kea Camera', price: 'NZD 1899', path: 'item?id=9' },
    ]),
  ],
]

const moneyTest = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePrice } from '../src/money.js'

test('a price is read as shops write it', () => {
  assert.deepEqual(parsePrice('NZ$1,099.00'), { price: 1099, currency: 'NZD' })
  assert.deepEqual(parsePrice('NZ$ 949.00'), { price: 949, currency: 'NZD' })
  assert.deepEqual(parsePrice('NZD 899.50'), { price: 899.5, currency: 'NZD' })
  assert.deepEqual(parsePrice('NZ$\\u00a01,234,567'), { price: 1234567, currency: 'NZD' })
})

test('what is not clearly a price is none', () => {
  for (const text of ['', 'call us', '1,099.00', '$5', 'NZ$', 'NZ$-5', 'NZ$0', 'NZ$1,09', 'NZ$1.999', 'NZD 12 to 15']) assert.equal(parsePrice(text), undefined, text)
})
`

const scraperTest = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isOffer } from '../src/offer.js'
import { collectOffers, readPage } from '../src/scraper.js'

const folder = fileURLToPath(new URL('../data/shops', import.meta.url))

test('every shop page gives its offers', async () => {
  const offers = await collectOffers(folder)
  assert.equal(offers.every(isOffer), true)
  assert.deepEqual([...new Set(offers.map(({ shop }) => shop))].sort(), ['Budget Bytes', 'Harbour Electronics', 'Southern Tech'])
  const headphones = offers.filter(({ product }) => /aria/i.test(product)).map(({ price }) => price)
  assert.deepEqual(headphones.sort((a, b) => a - b), [899.5, 949, 1099])
})

test('sold-out goods and cards without a price are left out', async () => {
  const offers = await collectOffers(folder)
  assert.equal(offers.some(({ shop, product }) => shop === 'Budget Bytes' && product.startsWith('Tui')), false)
  assert.equal(offers.some(({ shop, product }) => shop === 'Harbour Electronics' && product === 'Kea Camera'), false)
})

test('entities become characters', async () => {
  const offers = await collectOffers(folder)
  assert.equal(offers.some(({ product }) => product === 'Tui Speaker & Dock'), true)
})

test('a broken page loses nothing but itself', () => {
  assert.deepEqual(readPage('<article class="product"><h2 class="name">Half a'), [])
  assert.deepEqual(readPage(''), [])
})

test('a folder that is not there has no offers', async () => {
  assert.deepEqual(await collectOffers(folder + '/nowhere'), [])
})
`

export const scraperTurns = ({ results }: Conversation): Turn[] => [
  { text: 'REHEARSAL: what do the pages look like, and what do I owe the API?', calls: [read('docs/competitor-data.json'), read('src/scraper.js')] },
  {
    text: 'The sample pages first, untidy on purpose: a sold-out card, a price that is none, entities.',
    calls: pages.map(([file, html]) => write(`data/shops/${file}.html`, html)),
  },
  {
    text: 'Then prices, strictly: what is not clearly a price is left out rather than guessed.',
    calls: [write('src/money.js', money), write('test/money.test.js', moneyTest)],
  },
  { text: 'And the pages themselves.', calls: [write('src/scraper.js', scraper), write('test/scraper.test.js', scraperTest)] },
  { text: 'Do they hold?', calls: [bash('node --run lint && node --test')] },
  { text: toVerdict(results.at(-1), 'the scraper reads all three shops and leaves out what it cannot read.') },
]
