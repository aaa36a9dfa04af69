import type { Conversation } from '../conversation.ts'
import { bash, edit, read, type Turn, toVerdict, write } from '../turn.ts'

/** The mistake of the story, and a common one: a comparator that answers true or false leaves the order as it was. */
const WRONG = '(a, b) => a.price > b.price'
const RIGHT = '(a, b) => a.price - b.price || a.shop.localeCompare(b.shop)'

const compare = (comparator: string) => `/** @import { Offer } from './offer.js' */

/**
 * The offers for a product in one currency, cheapest first. Prices in different currencies are never compared.
 * @param {readonly Offer[]} offers
 * @param {{ product: string, currency: string }} wanted
 * @returns {Offer[]}
 */
export function compare(offers, { product, currency }) {
  const name = product.trim().toLowerCase()
  return offers
    .filter((offer) => offer.currency === currency && offer.product.toLowerCase().includes(name))
    .toSorted(${comparator})
}
`

const app = `import { compare } from './compare.js'

/** @import { IncomingMessage, ServerResponse } from 'node:http' */
/** @import { Offer } from './offer.js' */

const MAX_PRODUCT = 100

/**
 * Answers requests about a fixed list of offers.
 * @param {readonly Offer[]} offers
 * @returns {(request: IncomingMessage, response: ServerResponse) => void}
 */
export function createApp(offers) {
  return (request, response) => {
    const { status, body, headers } = answer(request, offers)
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'x-content-type-options': 'nosniff', ...headers })
    response.end(request.method === 'HEAD' ? undefined : JSON.stringify(body))
  }
}

/**
 * @param {IncomingMessage} request
 * @param {readonly Offer[]} offers
 * @returns {{ status: number, body: unknown, headers?: Record<string, string> }}
 */
function answer({ method, url = '/' }, offers) {
  if (!URL.canParse(url, 'http://localhost')) return refuse(400, 'The address cannot be read.')
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  if (pathname !== '/' && pathname !== '/health' && pathname !== '/prices') return refuse(404, 'There is nothing here. Try /prices?product=headphones')
  if (method !== 'GET' && method !== 'HEAD') return { ...refuse(405, 'Only GET and HEAD are answered.'), headers: { allow: 'GET, HEAD' } }
  if (pathname === '/prices') return prices(searchParams, offers)
  return { status: 200, body: pathname === '/health' ? { status: 'ok' } : { name: 'Price comparison API', try: ['/health', '/prices?product=headphones'] } }
}

/**
 * @param {URLSearchParams} query
 * @param {readonly Offer[]} offers
 */
function prices(query, offers) {
  const product = query.get('product')?.trim() ?? ''
  const currency = query.get('currency') ?? 'NZD'
  if (product === '') return refuse(400, 'Say which product: /prices?product=headphones')
  if (product.length > MAX_PRODUCT) return refuse(400, 'A product name has at most ' + MAX_PRODUCT + ' characters.')
  const found = compare(offers, { product, currency })
  if (found.length === 0) return refuse(404, 'No shop sells that in this currency.')
  return { status: 200, body: { product, currency, offers: found } }
}

/**
 * @param {number} status
 * @param {string} error
 */
const refuse = (status, error) => ({ status, body: { error } })
`

const server = `import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createApp } from './app.js'
import { collectOffers } from './scraper.js'

const port = Number(process.env.PORT ?? 3000)
const host = process.env.HOST ?? '127.0.0.1'

const offers = await collectOffers(fileURLToPath(new URL('../data/shops', import.meta.url)))
const server = createServer(createApp(offers))
server.listen(port, host, () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') console.log('listening on http://' + host + ':' + address.port + ' with ' + offers.length + ' offers')
})

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close()
    server.closeIdleConnections()
  })
}
`

const test = `import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { createApp } from '../src/app.js'

const offer = (shop, price, more = {}) => ({ product: 'Aria Headphones', shop, price, currency: 'NZD', url: 'https://' + shop.toLowerCase() + '.example/aria', ...more })
const offers = [
  offer('Harbour', 1099),
  offer('Southern', 949),
  offer('Budget', 899.5),
  offer('Abroad', 500, { currency: 'USD' }),
  offer('Budget', 12, { product: 'Cable' }),
]

const server = createServer(createApp(offers))
let base = ''
before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = 'http://127.0.0.1:' + server.address().port
})
after(() => server.close())

const get = async (path, options) => {
  const answer = await fetch(base + path, options)
  return { status: answer.status, type: answer.headers.get('content-type'), allow: answer.headers.get('allow'), body: await answer.json() }
}

test('GET /health says ok', async () => {
  const { status, body } = await get('/health')
  assert.equal(status, 200)
  assert.deepEqual(body, { status: 'ok' })
})

test('GET /prices lists the offers cheapest first', async () => {
  const { status, body } = await get('/prices?product=headphones')
  assert.equal(status, 200)
  assert.deepEqual(body.offers.map(({ shop, price }) => [shop, price]), [['Budget', 899.5], ['Southern', 949], ['Harbour', 1099]])
})

test('prices of different currencies are never compared', async () => {
  const { body } = await get('/prices?product=headphones&currency=USD')
  assert.deepEqual(body.offers.map(({ shop }) => shop), ['Abroad'])
})

test('a product is found by part of its name, in any case', async () => {
  const { body } = await get('/prices?product=ARIA')
  assert.equal(body.offers.length, 3)
})

test('a question without a product is refused in words', async () => {
  for (const path of ['/prices', '/prices?product=', '/prices?product=%20', '/prices?product=' + 'x'.repeat(101)]) {
    const { status, body, type } = await get(path)
    assert.equal(status, 400, path)
    assert.match(type, /^application\\/json/)
    assert.equal(typeof body.error, 'string')
  }
})

test('GET / says what to try', async () => {
  const { status, body } = await get('/')
  assert.equal(status, 200)
  assert.equal((await get(body.try[1])).status, 200)
})

test('what nobody sells and what is not there is 404', async () => {
  assert.equal((await get('/prices?product=submarine')).status, 404)
  assert.equal((await get('/nothing')).status, 404)
})

test('only GET and HEAD are answered', async () => {
  const { status, allow } = await get('/prices?product=aria', { method: 'POST', body: '{}' })
  assert.equal(status, 405)
  assert.equal(allow, 'GET, HEAD')
})
`

const files = (comparator: string) => [
  write('src/compare.js', compare(comparator)),
  write('src/app.js', app),
  write('src/server.js', server),
  write('test/api.test.js', test),
]

export const apiTurns = (conversation: Conversation): Turn[] => (conversation.attempt > 1 ? mend(conversation) : build())

/** Says that it is done without having run anything: REEF's gate finds out. */
const build = (): Turn[] => [
  { text: 'REHEARSAL: I read what Atlas specified.', calls: [read('docs/api-spec.md')] },
  { text: 'The comparison first, then the endpoints on top of it, then the server around them, with tests.', calls: files(WRONG) },
  { text: 'REHEARSAL: the API is built. /health and /prices answer, cheapest offer first, and there are tests for both.' },
]

function mend({ prompt, results }: Conversation): Turn[] {
  const found = results[0]
  const complaint = /^\s*(?:✖|not ok \d+ -) (.+?)(?: \([\d.]+m?s\))?$/m.exec(prompt)?.[1]
  const there = found && !found.failed
  const fix = there && found.text.includes(WRONG) ? [edit('src/compare.js', WRONG, RIGHT)] : files(RIGHT)
  const cause =
    fix.length === 1
      ? 'Found it: the comparator answers true or false, so the list stays in the order it came in. Sorting needs a negative or positive number.'
      : 'The comparison is not as I left it; I write all of it again, with a comparator that answers a number.'
  return [
    {
      text: `REHEARSAL: the gate stopped me${complaint ? `: “${complaint}” fails` : ''}. I did not run the tests before I said it was done. Let me look at the order.`,
      calls: [read('src/compare.js')],
    },
    { text: cause, calls: fix },
    { text: 'This time I run the tests before I say anything.', calls: [bash('node --run lint && node --test')] },
    { text: toVerdict(results.at(-1), 'mended: offers are compared as numbers, and shops with the same price stay in alphabetical order.') },
  ]
}
