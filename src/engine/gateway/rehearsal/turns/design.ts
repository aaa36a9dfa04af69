import { bash, read, type Turn, toVerdict, write } from '../turn.ts'

const spec = `# Price comparison API

> REHEARSAL: the shops and their prices are invented.

## Endpoints

### GET /

What this is and what to try: \`200 {"name":"Price comparison API","try":[…]}\`.

### GET /health

\`200 {"status":"ok"}\` as soon as the server can answer questions.

### GET /prices?product=TEXT[&currency=NZD]

Every offer whose product name contains TEXT, in any case, **cheapest first**:

\`\`\`json
{
  "product": "headphones",
  "currency": "NZD",
  "offers": [{ "product": "Aria Headphones", "shop": "Budget Bytes", "price": 899.5, "currency": "NZD", "url": "https://…" }]
}
\`\`\`

| Answer | When |
|---|---|
| 400 | \`product\` is missing, blank or longer than 100 characters |
| 404 | no shop sells it in that currency, or there is no such path |
| 405 | any method but GET and HEAD; \`Allow\` says which |

Errors are \`{"error": "a sentence"}\`. Every answer is JSON.

## Parts

| File | What | Task |
|---|---|---|
| src/offer.js | the shape of an offer | T2 |
| src/scraper.js | \`collectOffers(folder)\`: saved shop pages become offers | interface T2, contents T4 |
| src/money.js | prices as text become numbers | T4 |
| src/compare.js | which offers, in which order | T3 |
| src/app.js | requests and answers | T3 |
| src/server.js | PORT, HOST, start and stop | T3 |

## Rules

- Node built-ins only; nothing to install.
- \`PORT\` and \`HOST\` come from the environment (3000 and 127.0.0.1 without).
- No network: shop pages are files below data/shops.
`

const openapi = `openapi: 3.1.0
info:
  title: Price comparison API
  version: 0.1.0
paths:
  /health:
    get:
      summary: Is the server ready?
      responses:
        '200':
          description: It is
          content:
            application/json:
              schema:
                type: object
                required: [status]
                properties:
                  status: { const: ok }
  /prices:
    get:
      summary: Offers for a product, cheapest first
      parameters:
        - { name: product, in: query, required: true, schema: { type: string, minLength: 1, maxLength: 100 } }
        - { name: currency, in: query, schema: { type: string, pattern: '^[A-Z]{3}$', default: NZD } }
      responses:
        '200':
          description: At least one shop sells it
          content:
            application/json:
              schema:
                type: object
                required: [product, currency, offers]
                properties:
                  product: { type: string }
                  currency: { type: string }
                  offers: { type: array, items: { $ref: '#/components/schemas/Offer' } }
        '400': { description: No usable product given }
        '404': { description: No shop sells it }
components:
  schemas:
    Offer:
      type: object
      required: [product, shop, price, currency, url]
      properties:
        product: { type: string }
        shop: { type: string }
        price: { type: number, exclusiveMinimum: 0 }
        currency: { type: string }
        url: { type: string, format: uri }
`

const manifest = `{
  "name": "price-comparison-api",
  "version": "0.1.0",
  "description": "Compares the prices of several shops and answers over HTTP",
  "private": true,
  "type": "module",
  "engines": { "node": ">=22" },
  "scripts": {
    "start": "node src/server.js",
    "test": "node --test",
    "lint": "node scripts/lint.js"
  }
}
`

const lint = `// Asks Node whether it can read every source file. Fails on the first that it cannot.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'

const files = globSync('{src,test,scripts}/**/*.js').sort()
for (const file of files) {
  const { status } = spawnSync(process.execPath, ['--check', file], { stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}
console.log(files.length + ' files can be read')
`

const offer = `/**
 * What one shop asks for one product.
 * @typedef {object} Offer
 * @property {string} product name as the shop writes it
 * @property {string} shop
 * @property {number} price in units of the currency, above zero
 * @property {string} currency three letters, ISO 4217
 * @property {string} url where it can be bought
 */

/**
 * @param {unknown} value
 * @returns {value is Offer}
 */
export function isOffer(value) {
  if (typeof value !== 'object' || value === null) return false
  const { product, shop, price, currency, url } = /** @type {Record<string, unknown>} */ (value)
  return (
    [product, shop].every((text) => typeof text === 'string' && text.trim() !== '') &&
    typeof price === 'number' &&
    Number.isFinite(price) &&
    price > 0 &&
    typeof currency === 'string' &&
    /^[A-Z]{3}$/.test(currency) &&
    typeof url === 'string' &&
    URL.canParse(url)
  )
}
`

const offerTest = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOffer } from '../src/offer.js'

const good = { product: 'Aria Headphones', shop: 'Southern Tech', price: 949, currency: 'NZD', url: 'https://southern.example/aria' }

test('an offer has a product, a shop, a price above zero, a currency and an address', () => {
  assert.equal(isOffer(good), true)
})

test('anything less is no offer', () => {
  for (const bad of [null, 'offer', {}, { ...good, price: 0 }, { ...good, price: NaN }, { ...good, price: '949' }, { ...good, shop: ' ' }, { ...good, currency: 'nzd' }, { ...good, url: 'aria' }])
    assert.equal(isOffer(bad), false, JSON.stringify(bad))
})
`

/** T4 writes the contents; this is what T3 builds against meanwhile. */
const scraper = `/** @import { Offer } from './offer.js' */

/**
 * Reads every shop page in a folder. A page or a card that makes no sense is left out.
 * Interface only: the contents are task T4.
 * @param {string} _folder
 * @returns {Promise<Offer[]>}
 */
export async function collectOffers(_folder) {
  return []
}
`

const readme = `# Price comparison API

> REHEARSAL: a product that REEF built without a model, to show how the factory works. Shops and prices are invented.

    npm start                                   # http://127.0.0.1:3000, or PORT and HOST
    curl 'http://127.0.0.1:3000/prices?product=headphones'
    npm test

[docs/api-spec.md](docs/api-spec.md) says what it answers. Node 22 or newer; nothing to install.
`

export const designTurns = ({ results }: { results: readonly { text: string; failed: boolean }[] }): Turn[] => [
  { text: 'REHEARSAL: first what Scout found.', calls: [read('docs/research-report.md')] },
  {
    text: 'Two endpoints are enough. I write down what they answer, so that the API and the scraper can be built side by side.',
    calls: [write('docs/api-spec.md', spec), write('docs/openapi.yaml', openapi)],
  },
  {
    text: 'Now the scaffold: scripts on Node built-ins, the shape of an offer, and the interface between the two builders.',
    calls: [
      write('package.json', manifest),
      write('scripts/lint.js', lint),
      write('src/offer.js', offer),
      write('test/offer.test.js', offerTest),
      write('src/scraper.js', scraper),
      write('README.md', readme),
    ],
  },
  { text: 'Does it stand?', calls: [bash('node --run lint && node --test')] },
  { text: toVerdict(results.at(-1), 'the design is written and the scaffold stands.') },
]
