import { isIP } from 'node:net'
import { z } from 'zod'
import type { Discovery } from '../../../contract/index.ts'

const USUAL = 'http://127.0.0.1:11434'
const TIMEOUT_MS = 1000
/** A list of a thousand models is under 400 kB. */
const MOST_BYTES = 4_000_000

const Version = z.object({ version: z.string().max(40) })
const Tags = z.object({ models: z.array(z.object({ name: z.string().min(1).max(200) })) })

/** Ollama where it listens on this machine, with its models; null when nothing there answers as Ollama within a second. */
export async function findOllama({
  fetch,
  env,
  signal,
}: {
  fetch: typeof globalThis.fetch
  env: NodeJS.ProcessEnv
  signal: AbortSignal
}): Promise<Discovery['ollama']> {
  const baseUrl = toLocalUrl(env['OLLAMA_HOST'] ?? '') ?? USUAL
  const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
  const read = <T>(path: string, schema: z.ZodType<T>) => readAnswer(() => fetch(`${baseUrl}${path}`, { redirect: 'error', signal: within }), schema)
  const [version, tags] = await Promise.all([read('/api/version', Version), read('/api/tags', Tags)])
  return tags && { baseUrl, version: version?.version ?? null, models: tags.models.map((model) => model.name) }
}

/** Null for anything that is not the answer hoped for: nobody listens, somebody else does, or it takes too long. */
async function readAnswer<T>(ask: () => Promise<Response>, schema: z.ZodType<T>): Promise<T | null> {
  try {
    const answer = await ask()
    return answer.ok ? schema.parse(JSON.parse(await readText(answer))) : null
  } catch {
    return null
  }
}

async function readText({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body ?? []) {
    bytes += piece.length
    if (bytes > MOST_BYTES) throw new Error('longer than any list of models')
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

/** What OLLAMA_HOST says, as Ollama reads it; undefined unless that is this machine. An address it listens on everywhere is one here too. */
export function toLocalUrl(text: string): string | undefined {
  const bare = text.trim().replace(/^["']|["']$/g, '')
  const found = /^(?:(https?):\/\/)?(\[[0-9a-f:.]+\]|[^:/[\]]*)(?::(\d{1,5}))?\/*$/i.exec(isIP(bare) === 6 ? `[${bare}]` : bare)
  const host = found && toLocalHost(found[2] ?? '')
  if (!host) return undefined
  const scheme = found[1]?.toLowerCase()
  const port = found[3] ?? (scheme === undefined ? '11434' : scheme === 'http' ? '80' : '443')
  const url = URL.parse(`${scheme ?? 'http'}://${host}:${port}`)
  return url?.origin
}

function toLocalHost(host: string): string | undefined {
  if (host === '' || host === '0.0.0.0') return '127.0.0.1'
  if (host === '[::]') return '[::1]'
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(host) ? host : undefined
}
