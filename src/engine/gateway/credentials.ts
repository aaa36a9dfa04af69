import type { IncomingHttpHeaders } from 'node:http'
import { isSubscriptionKey, subscriptionHeaders, type Target } from '../router/index.ts'

/** Raw header pairs that say to a provider who pays. Betas that the caller asks for stand beside those that the key needs. */
export function toCredentials({ key, wire }: Pick<Target, 'key' | 'wire'>, betas: IncomingHttpHeaders[string]): readonly string[] {
  if (key === undefined) return []
  if (wire !== 'anthropic') return ['authorization', `Bearer ${key}`]
  if (!isSubscriptionKey(key)) return ['x-api-key', key]
  const [name, value, beta, needed] = subscriptionHeaders(key)
  return [name, value, beta, [betas ?? [], needed].flat().join(',')].filter((part) => part !== undefined)
}
