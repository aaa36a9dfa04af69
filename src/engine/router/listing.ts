import { isSubscriptionKey, subscriptionHeaders } from './connect/subscription.ts'
import type { ProviderRoute } from './route.ts'

/** What a provider answered when it was asked for its models. */
export type Listed = { readonly reachable: boolean; readonly models: string[]; readonly message: string }

const TIMEOUT_MS = 10_000

/** Asks in the provider's own dialect. Never throws; the message is one sentence without the key. */
export async function askModels({ provider, wire, baseUrl, key }: ProviderRoute, call: typeof fetch): Promise<Listed> {
  const unreachable = (message: string): Listed => ({ reachable: false, models: [], message })
  const headers: Record<string, string> = { accept: 'application/json' }
  if (key && wire === 'anthropic') Object.assign(headers, isSubscriptionKey(key) ? toHeaders(subscriptionHeaders(key)) : { 'x-api-key': key })
  if (key && wire !== 'anthropic') headers['authorization'] = `Bearer ${key}`
  if (wire === 'anthropic') headers['anthropic-version'] = '2023-06-01'
  try {
    // A redirect would carry the key to wherever it points.
    const answer = await call(`${baseUrl}/models${wire === 'anthropic' ? '?limit=1000' : ''}`, {
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (answer.status === 401 || answer.status === 403) return unreachable(`${provider} refused the key (${answer.status}).`)
    if (!answer.ok) return unreachable(`${provider} answered ${answer.status} for ${baseUrl}/models.`)
    const models = toModels(await answer.json())
    return {
      reachable: true,
      models,
      message: models.length > 0 ? `${provider} answers and lists ${models.length} models.` : `${provider} answers; it lists no models.`,
    }
  } catch (error) {
    return unreachable(`${provider} could not be reached at ${baseUrl}: ${toCause(error)}`)
  }
}

/** Of raw pairs: name, value, name, value. */
const toHeaders = (raw: readonly string[]): Record<string, string> =>
  Object.fromEntries(raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? '']] : [])))

function toModels(answer: unknown): string[] {
  const { data } = (answer ?? {}) as { data?: unknown }
  if (!Array.isArray(data)) return []
  return data.map((entry: { id?: unknown }) => entry?.id).filter((id): id is string => typeof id === 'string' && /^\S{1,200}$/.test(id))
}

function toCause(error: unknown): string {
  const { cause, message, name } = error as Error & { cause?: { code?: string; message?: string } }
  return name === 'TimeoutError' ? 'no answer within 10 s' : (cause?.code ?? cause?.message ?? message)
}
