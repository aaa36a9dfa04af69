import { createHmac } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const TIMEOUT_MS = 3000
const RETRY_MS = 15_000
const MOST_SPOOLED = 200
/** What a message may be so long after it was written is for REEF to say; older than this nobody wants to know. */
const LONGEST_WAIT_MS = 24 * 60 * 60_000

const named = /^\s*(?:(?:hey|hi|hello|ok|dear)[ ,]+)?(?:reef|kev)\b/i
const stop = /^\s*stop[\s!.]*$/i
/** Six signs as REEF draws them, a letter and a digit at least, so that no word and no number is taken for one. */
const code = /^#?(?=[A-Z]*\d)(?=\d*[A-Z])[A-HJ-NP-Z2-9]{6}[.,:!]?$/i
const sayings = /^(?:ok|okay|yes|no|deny|approve|approved|why|y|n|👍|👎|✅|❌)[.,:!]?$/i

/**
 * Whether a message is REEF's business. `named`: it begins with REEF's or Kev's name, or is a bare STOP. `code`: it begins with one of REEF's codes, or
 * with an answer and a code. `quoted`: it quotes something; REEF says whether that is one of its own. Undefined: the agent's, untouched.
 */
export function findReason(event, { everything = false } = {}) {
  const content = typeof event.content === 'string' ? event.content : ''
  if (everything || named.test(content) || stop.test(content)) return 'named'
  const [first = '', second = ''] = content.trim().split(/\s+/)
  if (code.test(first) || (sayings.test(first) && code.test(second))) return 'code'
  if (/^\s*REEF\b/.test(event.replyToBody ?? '')) return 'named'
  return event.replyToId ? 'quoted' : undefined
}

/** What REEF gets: what it needs to judge whose word it is, and the words. */
export function toPosted(why, event, context) {
  const { messageId, content, channel, senderId, isGroup, replyToId, timestamp, forwarded, edited } = event
  return {
    why,
    event: {
      messageId: messageId ?? context.messageId,
      content,
      channel,
      senderId: senderId ?? context.senderId,
      isGroup,
      replyToId,
      timestamp: timestamp ?? Date.now(),
      forwarded,
      edited,
    },
    context: { channelId: context.channelId, accountId: context.accountId, conversationId: context.conversationId },
  }
}

export function sign(body, secret, seconds = Math.floor(Date.now() / 1000)) {
  return { 'x-reef-timestamp': String(seconds), 'x-reef-signature': `sha256=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}` }
}

/** Asks REEF: taken, not taken, refused (it is set up wrongly), or unreachable. */
export function createPost({ url, secret }) {
  return async (posted) => {
    const body = JSON.stringify(posted)
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...sign(body, secret()) },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      if (response.status >= 500) return { kind: 'unreachable' }
      if (!response.ok) return { kind: 'refused', status: response.status }
      const { claimed } = await response.json()
      return { kind: claimed === true ? 'taken' : 'left' }
    } catch {
      return { kind: 'unreachable' }
    }
  }
}

/** Messages that wait for REEF on disk, one file each, in the order in which they came. */
export function createSpool(dir) {
  const files = () =>
    readdirSync(dir)
      .filter((name) => name.endsWith('.json'))
      .sort()
  let serial = 0
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  return {
    /** False when there is no room, or no disk. */
    keep(posted) {
      try {
        if (files().length >= MOST_SPOOLED) return false
        serial += 1
        const name = `${String(Date.now()).padStart(15, '0')}-${String(serial).padStart(6, '0')}`
        writeFileSync(join(dir, `${name}.part`), JSON.stringify(posted), { mode: 0o600 })
        renameSync(join(dir, `${name}.part`), join(dir, `${name}.json`))
        return true
      } catch {
        return false
      }
    },
    /** Hands over what waits, oldest first, until REEF does not answer. */
    async flush(post) {
      for (const name of files()) {
        const file = join(dir, name)
        const isStale = Date.now() - Number(name.slice(0, 15)) > LONGEST_WAIT_MS
        const posted = isStale ? undefined : parse(readFileSync(file, 'utf8'))
        if (posted && (await post(posted)).kind === 'unreachable') return
        rmSync(file, { force: true })
      }
    },
  }
}

/** Undefined for what a full disk or a power cut left of a message: it must not hold up those behind it. */
function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The hook itself: claims a message by answering, leaves it to the agent by answering nothing. */
export function createClaim({ post, spool, channels = ['whatsapp'], everything, warn }) {
  return async (event, context) => {
    const channel = event.channel ?? context.channelId
    if (event.isGroup || !channels.includes(channel)) return undefined
    const why = findReason(event, { everything })
    if (why === undefined) return undefined
    const posted = toPosted(why, event, context)
    const answer = await post(posted)
    if (answer.kind === 'taken') return { handled: true }
    if (answer.kind === 'left' || why === 'quoted') return undefined
    if (answer.kind === 'refused') {
      warn(`REEF refused a message (${answer.status}): check the url and the secret of reef-bridge`)
      return { handled: true, text: 'REEF refused the bridge. Nothing was decided.' }
    }
    return {
      handled: true,
      text: spool.keep(posted)
        ? 'REEF is not running. Nothing was decided; it gets your message when it is back.'
        : 'REEF is not running. Nothing was decided, and your message was not kept.',
    }
  }
}

// biome-ignore lint/style/noDefaultExport: OpenClaw loads the default export.
export default {
  id: 'reef-bridge',
  name: 'REEF bridge',
  description: "Hands what the owner's phone says to REEF, and nothing else",
  register(api) {
    const { url, secretFile, channels, everything, spoolDir } = api.pluginConfig ?? {}
    if (!url || !secretFile) return
    if (!/^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):\d+\//.test(url)) throw new Error('reef-bridge: url must be an http address of this machine')
    const stateDir = api.runtime?.state?.resolveStateDir?.(process.env) ?? join(homedir(), '.openclaw')
    const spool = createSpool(spoolDir ?? join(stateDir, 'reef-bridge'))
    const post = createPost({ url, secret: () => readFileSync(secretFile, 'utf8').trim() })
    let isFlushing = false
    const timer = setInterval(() => {
      if (isFlushing) return
      isFlushing = true
      spool
        .flush(post)
        .catch((error) => api.logger?.warn?.(`reef-bridge: ${error}`))
        .finally(() => (isFlushing = false))
    }, RETRY_MS)
    timer.unref()
    api.on('before_dispatch', createClaim({ post, spool, channels, everything, warn: (text) => api.logger?.warn?.(text) }))
  },
}
