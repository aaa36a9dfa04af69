import { realpathSync, statSync } from 'node:fs'
import { extname, join, sep } from 'node:path'

/** One policy for both shells: the app:// handler and the loopback HTTP server call the same three functions. */

/** Where the renderer lives in the desktop shell. `reef` is the host, so its origin is `app://reef`. */
export const appScheme = 'app'
export const appOrigin = 'app://reef'

/**
 * What the page may load and talk to: itself. Styles may be inline because React and xterm set style
 * attributes; 'self' covers the page's own WebSocket in the browser shell.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ')

const baseHeaders = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
} as const

/** Headers for every answer. A page is never cached, so that an update is seen; an asset's name carries its hash. */
export function securityHeaders(kind: 'page' | 'asset'): Record<string, string> {
  if (kind === 'asset') return { ...baseHeaders, 'Cache-Control': 'public, max-age=31536000, immutable' }
  return {
    ...baseHeaders,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=()',
    'X-Frame-Options': 'DENY',
    'Cache-Control': 'no-store',
  }
}

/** A file is served only under a type named here; an unknown ending is refused rather than guessed. */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
}

/**
 * The file behind a URL path, or undefined when there is none to give. A path without an ending is a
 * screen of the page and answers index.html. Never leaves `rendererRoot`, not even through a symbolic link.
 */
export function resolveAsset(rendererRoot: string, urlPath: string): { file: string; type: string } | undefined {
  const path = decodedPath(urlPath)
  if (path === undefined) return undefined
  const ending = extname(path)
  const wanted = ending === '' ? 'index.html' : path
  const type = types[ending === '' ? '.html' : ending.toLowerCase()]
  if (type === undefined) return undefined
  const file = realFile(join(rendererRoot, wanted))
  const root = realFile(rendererRoot)
  if (file === undefined || root === undefined || !file.startsWith(root + sep) || !statSync(file).isFile()) return undefined
  return { file, type }
}

function decodedPath(urlPath: string): string | undefined {
  const bare = urlPath.split(/[?#]/, 1)[0] ?? ''
  let path: string
  try {
    path = decodeURIComponent(bare)
  } catch {
    return undefined
  }
  const refused = path.includes('\0') || path.includes('\\') || path.split('/').some((part) => part === '..' || part.startsWith('.'))
  return refused ? undefined : path
}

function realFile(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

/** The only addresses handed to the desktop's own browser: https, and what REEF has deployed on this machine. Everything else is dropped. */
export function isOutwardLink(url: string): boolean {
  try {
    const { protocol, hostname } = new URL(url)
    return protocol === 'https:' || (protocol === 'http:' && (hostname === '127.0.0.1' || hostname === 'localhost'))
  } catch {
    return false
  }
}

/** True for the app's own pages and nothing that merely starts like them. */
export function isAppUrl(url: string): boolean {
  try {
    const { protocol, host } = new URL(url)
    return protocol === `${appScheme}:` && host === 'reef'
  } catch {
    return false
  }
}
