import type { Conversation } from '../conversation.ts'
import { bash, read, readTests, type Turn, toVerdict, write } from '../turn.ts'

const test = `import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

// The real server as it is deployed, not its parts.
const entry = fileURLToPath(new URL('../src/server.js', import.meta.url))
const child = spawn(process.execPath, [entry], { env: { ...process.env, PORT: '0', HOST: '127.0.0.1' }, stdio: ['ignore', 'pipe', 'inherit'] })
let base = ''

before(async () => {
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data')
  base = /http:\\S+/.exec(line)[0]
})
after(() => child.kill('SIGKILL'))

const get = (path) => fetch(base + path, { signal: AbortSignal.timeout(5000) })

test('the product answers /health', async () => {
  const answer = await get('/health')
  assert.equal(answer.status, 200)
  assert.deepEqual(await answer.json(), { status: 'ok' })
})

test('real offers from all shops come cheapest first', async () => {
  const { offers } = await (await get('/prices?product=headphones')).json()
  assert.deepEqual(offers.map(({ shop }) => shop), ['Budget Bytes', 'Southern Tech', 'Harbour Electronics'])
  assert.deepEqual(offers.map(({ price }) => price), [899.5, 949, 1099])
})

test('a price with four digits does not sort as text', async () => {
  const { offers } = await (await get('/prices?product=kea')).json()
  assert.deepEqual(offers.map(({ price }) => price), [1849, 1899])
})

test('nonsense is refused, and the server stays', async () => {
  const odd = ['/prices?product=' + encodeURIComponent('<script>alert(1)</script>'), '/prices?product=' + 'x'.repeat(5000), '/prices?product=%00', '/prices?product=.*', '/..%2f..%2fetc/passwd', '/prices/../../x']
  for (const path of odd) {
    const answer = await get(path)
    assert.ok(answer.status >= 400 && answer.status < 500, path + ' gave ' + answer.status)
    assert.match(answer.headers.get('content-type'), /^application\\/json/)
    assert.doesNotMatch(await answer.text(), /<script>/)
  }
  assert.equal((await get('/health')).status, 200)
})

test('an address that is no address does not end the server', async () => {
  const { hostname, port } = new URL(base)
  for (const target of ['//', 'http://[', '/%ZZ']) {
    const socket = connect(Number(port), hostname)
    socket.end('GET ' + target + ' HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n')
    const [head] = await once(socket.setEncoding('utf8'), 'data')
    assert.match(head, /^HTTP\\/1\\.1 4\\d\\d /, target)
    socket.destroy()
  }
  assert.equal((await get('/health')).status, 200)
})

test('two hundred questions at once get two hundred answers', async () => {
  const answers = await Promise.all(Array.from({ length: 200 }, () => get('/prices?product=tui').then((answer) => answer.json())))
  assert.equal(answers.every(({ offers }) => offers[0].price === 249), true)
})

test('it ends when it is asked to', async () => {
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
})
`

const report = ({ passed, failed }: { passed: number; failed: number }) => `# QA report

> REHEARSAL: written by a script. The tests are real and were run.

\`node --test\`: ${passed} passed, ${failed} failed.

| Tried | Found |
|---|---|
| the server as deployed, on a free port | answers /health |
| prices of all three shops | cheapest first, also with four digits and thousands separators |
| scripts, control characters, 5,000 characters, paths upward | refused with 4xx as JSON, nothing echoed as markup |
| request lines that are no address | refused; the server stays |
| 200 questions at once | 200 right answers |
| SIGTERM | ends with 0 |

Not tried: many gigabytes of shop pages, and shops that change their markup.
`

export function qaTurns({ results }: Conversation): Turn[] {
  const ran = results[2]
  const tests = readTests(ran)
  if (ran && (!tests || tests.failed > 0)) return [...before, { text: toVerdict(ran, '') }]
  return [
    ...before,
    { text: `${tests?.passed ?? 0} pass. I write down what I tried.`, calls: [write('docs/qa-report.md', report(tests ?? { passed: 0, failed: 0 }))] },
    { text: toVerdict(ran, 'I did not manage to break it.') },
  ]
}

const before: Turn[] = [
  { text: 'REHEARSAL: what was promised? I hold the product to it.', calls: [read('docs/api-spec.md')] },
  {
    text: 'I start the real server and try to break it: order, nonsense, addresses that are none, many at once, and the way it ends.',
    calls: [write('test/qa.test.js', test)],
  },
  { text: 'All tests, the builders’ and mine.', calls: [bash('node --run lint && node --test')] },
]
