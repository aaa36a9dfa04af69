import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Discovery } from '../../../contract/index.ts'
import { discover } from './discover.ts'
import { toLocalUrl } from './ollama.ts'

const opened: (() => unknown)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

async function serve(answer: RequestListener): Promise<number> {
  const server = createServer(answer)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  opened.push(() => {
    server.closeAllConnections()
    return new Promise((done) => server.close(done))
  })
  return (server.address() as AddressInfo).port
}

const TOKEN = 'sk-ant-oat01-never-to-be-seen'

function makeHome(files: Record<string, unknown> = {}): string {
  const home = mkdtempSync(join(tmpdir(), 'reef-connect-'))
  opened.push(() => rmSync(home, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return home
}

const look = (homeDir: string, env: NodeJS.ProcessEnv = { OLLAMA_HOST: '127.0.0.1:1' }, signal = new AbortController().signal) =>
  discover({ fetch, homeDir, env, signal })

/** As Ollama 0.12 answers. */
const ollama: RequestListener = (request, response) => {
  const bodies: Record<string, unknown> = {
    '/api/version': { version: '0.12.3' },
    '/api/tags': {
      models: [
        {
          name: 'qwen3-coder:30b',
          model: 'qwen3-coder:30b',
          modified_at: '2026-02-03T12:01:07.123+13:00',
          size: 18556699314,
          digest: '06c1097efce0431c2045fe7b2e5108366e43bee1b4603a7aded8f21689e90bca',
          details: { parent_model: '', format: 'gguf', family: 'qwen3moe', families: ['qwen3moe'], parameter_size: '30.5B', quantization_level: 'Q4_K_M' },
        },
        { name: 'gpt-oss:120b-cloud', model: 'gpt-oss:120b-cloud', remote_host: 'https://ollama.com:443', size: 384, digest: '569662207105', details: {} },
      ],
    },
  }
  const body = request.method === 'GET' ? bodies[request.url ?? ''] : undefined
  if (body) response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
  else response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found')
}

describe('Ollama on this machine', () => {
  it('is found with its version and its models', async () => {
    const port = await serve(ollama)
    const found = await look(makeHome(), { OLLAMA_HOST: `0.0.0.0:${port}` })
    expect(Discovery.parse(found)).toEqual({
      ollama: { baseUrl: `http://127.0.0.1:${port}`, version: '0.12.3', models: ['qwen3-coder:30b', 'gpt-oss:120b-cloud'] },
      logins: [],
    })
  })

  it('is found without a version, as long as it lists models', async () => {
    const port = await serve((request, response) => (request.url === '/api/version' ? response.writeHead(404).end() : ollama(request, response)))
    expect((await look(makeHome(), { OLLAMA_HOST: `http://localhost:${port}/` })).ollama).toMatchObject({
      version: null,
      models: ['qwen3-coder:30b', 'gpt-oss:120b-cloud'],
    })
  })

  it('is nobody who answers otherwise: another server, half a document, a flood, a redirect to elsewhere', async () => {
    const asked: string[] = []
    const elsewhere = await serve((request, response) => {
      asked.push(request.url ?? '')
      ollama(request, response)
    })
    const strangers: RequestListener[] = [
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"models":[{"name":"qw'),
      (_, response) => response.writeHead(200).end('{"models":[{"name":7}]}'),
      (_, response) => response.writeHead(500).end('{"models":[]}'),
      (_, response) =>
        response.writeHead(200).end(
          `{"models":[${JSON.stringify({ name: 'x'.repeat(100) })
            .concat(',')
            .repeat(60_000)}{"name":"y"}]}`,
        ),
      (request, response) => response.writeHead(302, { location: `http://127.0.0.1:${elsewhere}${request.url}` }).end(),
      (request) => request.socket.destroy(),
    ]
    const ports = await Promise.all(strangers.map(serve))
    const found = await Promise.all(ports.map((port) => look(makeHome(), { OLLAMA_HOST: `127.0.0.1:${port}` })))
    expect(found.map((one) => one.ollama)).toEqual(strangers.map(() => null))
    expect(asked).toEqual([])
  })

  it('is waited for a second at most, also when it begins to answer, and not at all once the caller has gone', async () => {
    const silent = await serve(() => undefined)
    const drip = await serve((_, response) => void response.writeHead(200).write('{"models":['))
    const startedAt = performance.now()
    const found = await Promise.all([silent, drip].map((port) => look(makeHome(), { OLLAMA_HOST: `127.0.0.1:${port}` })))
    const took = performance.now() - startedAt
    expect(found.map((one) => one.ollama)).toEqual([null, null])
    expect(took).toBeLessThan(5000)
    const gone = AbortSignal.abort()
    expect((await look(makeHome(), { OLLAMA_HOST: `127.0.0.1:${silent}` }, gone)).ollama).toBeNull()
  })

  it('is looked for at the address of OLLAMA_HOST as Ollama reads it, but never at another machine', async () => {
    const typed: Record<string, string | undefined> = {
      '': 'http://127.0.0.1:11434',
      '0.0.0.0': 'http://127.0.0.1:11434',
      ':8080': 'http://127.0.0.1:8080',
      'localhost:9999': 'http://localhost:9999',
      '"127.0.0.2:80"': 'http://127.0.0.2',
      '::1': 'http://[::1]:11434',
      '[::]:1234': 'http://[::1]:1234',
      'http://localhost': 'http://localhost',
      'https://localhost/': 'https://localhost',
      'gpu.example.com': undefined,
      '192.168.1.5:11434': undefined,
      '169.254.169.254': undefined,
      'http://user@127.0.0.1@gpu.example.com': undefined,
      '127.0.0.1.example.com': undefined,
      'localhost:70000': undefined,
    }
    expect(Object.fromEntries(Object.keys(typed).map((text) => [text, toLocalUrl(text)]))).toEqual(typed)
    const asked: string[] = []
    const spy: typeof fetch = (input) => {
      asked.push(new URL(String(input)).host)
      return Promise.reject(new TypeError('fetch failed'))
    }
    for (const text of Object.keys(typed)) await discover({ fetch: spy, homeDir: makeHome(), env: { OLLAMA_HOST: text }, signal: new AbortController().signal })
    expect(asked.filter((host) => !/^(127\.0\.0\.[12]|localhost|\[::1\])(:\d+)?$/.test(host))).toEqual([])
  })
})

const jwt = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${TOKEN}`

const claude = { claudeAiOauth: { accessToken: TOKEN, refreshToken: TOKEN, expiresAt: 1770000000000, scopes: ['user:inference'], subscriptionType: 'max' } }
const codex = {
  auth_mode: 'chatgpt',
  OPENAI_API_KEY: null,
  tokens: {
    id_token: jwt({ email: 'o@example.com', 'https://api.openai.com/auth': { chatgpt_plan_type: 'plus', chatgpt_account_id: TOKEN } }),
    access_token: TOKEN,
    refresh_token: TOKEN,
    account_id: TOKEN,
  },
  last_refresh: '2026-02-03T12:01:07Z',
}
const kinds = async (files: Record<string, unknown>, env: NodeJS.ProcessEnv = {}) => {
  const { logins } = await look(makeHome(files), { OLLAMA_HOST: '127.0.0.1:1', ...env })
  return logins.map(({ program, kind, plan }) => `${program} ${kind} ${plan}`)
}

describe('logins of agent programs', () => {
  it('are told with their kind and plan and what REEF does with them, and no token of theirs is', async () => {
    const found = await look(makeHome({ '.claude/.credentials.json': claude, '.codex/auth.json': codex }))
    expect(Discovery.parse(found).logins.map(({ program, kind, plan }) => [program, kind, plan])).toEqual([
      ['claude-code', 'subscription', 'max'],
      ['codex', 'subscription', 'plus'],
    ])
    expect(found.logins[0]?.remedy).toContain('claude setup-token')
    expect(JSON.stringify(found)).not.toContain(TOKEN)
    expect(JSON.stringify(found)).not.toContain('o@example.com')
  })

  it('with a key are told from those with a subscription', async () => {
    expect(
      await kinds({ '.claude.json': { primaryApiKey: TOKEN, oauthAccount: { emailAddress: 'o@example.com' } }, '.codex/auth.json': { OPENAI_API_KEY: TOKEN } }),
    ).toEqual(['claude-code key null', 'codex key null'])
    expect(await kinds({ '.codex/auth.json': { ...codex, auth_mode: 'apikey', OPENAI_API_KEY: TOKEN } })).toEqual(['codex key null'])
    expect(await kinds({ '.claude.json': { oauthAccount: { emailAddress: 'o@example.com' } } })).toEqual(['claude-code subscription null'])
  })

  it('are looked for where the program was told to keep them', async () => {
    const env = (home: string) => ({ CLAUDE_CONFIG_DIR: join(home, 'c'), CODEX_HOME: join(home, 'x'), OLLAMA_HOST: '127.0.0.1:1' })
    const home = makeHome({ 'c/.credentials.json': claude, 'x/auth.json': codex })
    expect((await look(home, env(home))).logins.map((login) => login.program)).toEqual(['claude-code', 'codex'])
  })

  it('are none where files are missing, broken, of another shape, or no files at all', async () => {
    expect(await kinds({})).toEqual([])
    expect(await kinds({ '.claude/.credentials.json': '{"claudeAiOauth":', '.claude.json': '[]', '.codex/auth.json': '' })).toEqual([])
    expect(
      await kinds({
        '.claude/.credentials.json': { mcpOAuth: {} },
        '.claude.json': { primaryApiKey: 7, oauthAccount: null },
        '.codex/auth.json': { tokens: null },
      }),
    ).toEqual([])
    expect(await kinds({ '.claude/.credentials.json/x': 'a directory' })).toEqual([])
    const home = makeHome({ '.codex/x': '' })
    // Read to its end, it would never end.
    symlinkSync('/dev/zero', join(home, '.codex', 'auth.json'))
    expect((await look(home)).logins).toEqual([])
  })

  it('show no plan that does not look like one, so that a file with a token in its place gives nothing away', async () => {
    const files = {
      '.claude/.credentials.json': { claudeAiOauth: { subscriptionType: TOKEN } },
      '.codex/auth.json': { tokens: { id_token: jwt({ 'https://api.openai.com/auth': { chatgpt_plan_type: { nested: TOKEN } } }) } },
    }
    expect(await kinds(files)).toEqual(['claude-code subscription null', 'codex subscription null'])
    expect(await kinds({ '.codex/auth.json': { tokens: { id_token: 'not a token' } } })).toEqual(['codex subscription null'])
  })
})
