import { isIP } from 'node:net'
import type { Billing, WireFormat } from '../../contract/index.ts'
import { ReefError } from '../kernel/errors.ts'
import { keyVariables } from './connect/presets.ts'

/** Where one model is reached. `baseUrl` ends before the endpoint: `https://api.anthropic.com/v1`. */
export type Route = ProviderRoute & { readonly model: string }
export type ProviderRoute = {
  readonly provider: string
  readonly wire: WireFormat
  readonly baseUrl: string
  /** Undefined where none is needed. Never logged, never handed to an agent. */
  readonly key: string | undefined
  readonly billing: Billing
  readonly rehearsal: boolean
}

/** The one spelling of a provider's address, whatever was typed: no trailing slash, and with the version in it. */
export function toBaseUrl(text: string): string {
  const refuse = (message: string, remedy: string): never => {
    throw new ReefError('provider/invalid', message, { field: 'baseUrl', remedy })
  }
  const url = URL.canParse(text) ? new URL(text) : refuse(`${text} is not an address.`, 'Give one like https://api.example.com/v1')
  if (url.username || url.password) refuse('An address with a password in it would end up in records.', 'Leave it out and give the key as the key.')
  if (url.search || url.hash) refuse('The address ends before any ? or #.', 'Give only the part before it.')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') refuse(`${url.protocol}// is not a way to reach a model.`, 'Use https://')
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    refuse(`http:// would send the key and the code in the clear to ${url.hostname}.`, 'Use https://, or an SSH tunnel to a port of this machine.')
  const path = url.pathname.replace(/\/+$/, '').replace(/\/(messages|responses|chat\/completions)$/, '')
  // Some providers have their version elsewhere in the path: /v1beta/openai, /api/paas/v4.
  const versioned = /\/v\d+(alpha|beta)?\d*(\/|$)/.test(path)
  return `${url.origin}${versioned ? path : `${path}/v1`}`
}

/** This machine alone. */
export const isLoopback = (hostname: string): boolean => /^(127(\.\d{1,3}){3}|\[::1\]|::1|localhost|[a-z0-9.-]+\.localhost)$/i.test(hostname)

/** This machine, its own network, or a name that only its own network knows. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (isIP(host) === 4) return /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(host)
  if (isIP(host) === 6) return host === '::1' || /^f[cd]/.test(host)
  return !host.includes('.') || /\.(localhost|local|lan|internal|home\.arpa)$/.test(host)
}

/** A provider's key where people already have it: under REEF's own name first, then under the usual ones. */
export const findEnvironmentKey = (provider: string, env: NodeJS.ProcessEnv): string | undefined =>
  keyVariables(provider)
    .map((name) => env[name]?.trim())
    .find((value) => value)
