/**
 * REEF's mailbox at Meta's end: takes WhatsApp webhooks, checks who sent them, and keeps them until REEF fetches them. REEF itself opens
 * no port to the outside. Nothing is read here but the signature; REEF checks that again, so this place need not be believed.
 *
 *   GET  /webhook   Meta's handshake
 *   POST /webhook   Meta's delivery: 200 only once it is stored, so that Meta tries again otherwise
 *   GET  /pull      what waits, oldest first: { items: [{ seq, at, signature, body }] }; needs the token
 *   POST /ack       { upTo }: forget everything up to this one; needs the token
 *
 * Delivery is at least once: what was pulled and not acknowledged is given again.
 */

/** Meta's deliveries are far smaller; a row of D1 holds two million bytes. */
const MOST_BODY = 1_000_000
const MOST_AT_ONCE = 100
const SHORTEST_SECRET = 16
const bytesOf = (text) => new TextEncoder().encode(text)

export function createRelay({ verifyToken = '', appSecret = '', pullToken = '', store, now = Date.now }) {
  return async function answer(request) {
    const url = new URL(request.url)
    const route = `${request.method} ${url.pathname}`
    if (route === 'GET /webhook') return greet(url.searchParams)
    if (route === 'POST /webhook') return take(request)
    if (route !== 'GET /pull' && route !== 'POST /ack') return plain(404, 'not found')
    if (!(await isHolder(request, pullToken))) return plain(401, 'the token is wrong')
    if (route === 'POST /ack') return forget(request)
    const wanted = Number(url.searchParams.get('limit'))
    const items = await store.list(Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, MOST_AT_ONCE) : MOST_AT_ONCE)
    return Response.json({ items }, { headers: { 'Cache-Control': 'no-store' } })
  }

  async function greet(query) {
    const token = query.get('hub.verify_token') ?? ''
    const isMeta = query.get('hub.mode') === 'subscribe' && (await isSecret(token, verifyToken))
    return isMeta ? plain(200, query.get('hub.challenge') ?? '') : plain(403, 'forbidden')
  }

  async function take(request) {
    const raw = await read(request)
    if (raw === undefined) return plain(413, 'too long')
    const signature = request.headers.get('x-hub-signature-256') ?? ''
    if (!(await isSigned(raw, signature, appSecret))) return plain(401, 'not signed by Meta')
    const body = toText(raw)
    if (body === undefined) return plain(400, 'not UTF-8')
    await store.put({ at: now(), signature, body })
    return plain(200, 'stored')
  }

  async function forget(request) {
    const body = await request.json().catch(() => undefined)
    if (!Number.isSafeInteger(body?.upTo)) return plain(400, 'upTo is missing')
    await store.forget(body.upTo)
    return Response.json({ ok: true })
  }
}

/** Undefined for more than Meta ever sends: anybody may post here, and what is longer is not even held in memory. */
async function read(request) {
  const pieces = []
  let size = 0
  const reader = request.body?.getReader()
  for (;;) {
    const piece = (await reader?.read())?.value
    if (piece === undefined) break
    size += piece.length
    if (size > MOST_BODY) {
      await reader.cancel()
      return undefined
    }
    pieces.push(piece)
  }
  const raw = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    raw.set(piece, at)
    at += piece.length
  }
  return raw
}

/** As it came, byte for byte, or not at all: the signature is over the bytes. */
function toText(raw) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw)
  } catch {
    return undefined
  }
}

/** Compared by Web Crypto, which takes the same time whatever differs. */
async function isSigned(raw, header, secret) {
  const hex = /^sha256=([0-9a-f]{64})$/.exec(header)?.[1]
  if (hex === undefined || secret.length < SHORTEST_SECRET) return false
  const key = await crypto.subtle.importKey('raw', bytesOf(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
  const given = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  return crypto.subtle.verify('HMAC', key, given, raw)
}

/** One that was never set, or is too short to be one, fits nothing. */
async function isSecret(given, due) {
  if (due.length < SHORTEST_SECRET) return false
  const [a, b] = await Promise.all([given, due].map(async (text) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(text)))))
  return a.reduce((difference, byte, at) => difference | (byte ^ b[at]), 0) === 0
}

const isHolder = (request, token) => isSecret(/^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? '', token)

const plain = (status, text) => new Response(text, { status, headers: { 'Content-Type': 'text/plain' } })

/** D1, not KV: a list in KV may be a minute old, and what is acknowledged has to be gone. */
export function createD1Store(db) {
  return {
    async put({ signature, body, at }) {
      await db.prepare('INSERT INTO inbox (signature, body, at) VALUES (?1, ?2, ?3)').bind(signature, body, at).run()
    },
    async list(limit) {
      const { results } = await db.prepare('SELECT seq, at, signature, body FROM inbox ORDER BY seq LIMIT ?1').bind(limit).all()
      return results
    },
    async forget(upTo) {
      await db.prepare('DELETE FROM inbox WHERE seq <= ?1').bind(upTo).run()
    },
  }
}

// biome-ignore lint/style/noDefaultExport: Cloudflare runs the default export.
export default {
  fetch: (request, env) =>
    createRelay({ verifyToken: env.VERIFY_TOKEN, appSecret: env.APP_SECRET, pullToken: env.PULL_TOKEN, store: createD1Store(env.DB) })(request),
}
