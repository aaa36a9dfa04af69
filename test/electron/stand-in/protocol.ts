import type { CustomScheme, Protocol } from 'electron'
import { app } from './app.ts'
import { loud } from './loud.ts'

const privileged = new Map<string, CustomScheme['privileges']>()
const handlers = new Map<string, (request: Request) => Response | Promise<Response>>()

export const protocol = loud(
  {
    registerSchemesAsPrivileged: (schemes) => {
      if (app.isReady()) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
      for (const { scheme, privileges } of schemes) privileged.set(scheme, privileges)
    },
    handle: (scheme, handler) => {
      if (!app.isReady()) throw new Error('protocol.handle can only be called once the app is ready')
      if (handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`)
      handlers.set(scheme, handler)
    },
    unhandle: (scheme) => void handlers.delete(scheme),
    isProtocolHandled: (scheme) => handlers.has(scheme),
  } satisfies Partial<Protocol>,
  'protocol',
)

/** Chromium knows no foreign schemes without Electron, so `app://reef/x` is `https://reef.app.localhost/x` to it, and to nobody else. */
export function toChromium(url: string): string {
  const { protocol: scheme, host, pathname, search, hash } = new URL(url)
  const name = scheme.slice(0, -1)
  return privileged.get(name)?.standard ? `https://${host}.${name}.localhost${pathname || '/'}${search}${hash}` : url
}

export function fromChromium(url: string): string {
  const [, host, scheme, rest = ''] = /^https:\/\/([^/]+)\.([a-z][a-z0-9+-]*)\.localhost(\/.*)?$/.exec(url) ?? []
  return host && scheme && privileged.has(scheme) ? `${scheme}://${host}${rest}` : url
}

/** What `senderFrame.origin` says for a page at `url`. */
export function originOf(url: string): string {
  const { protocol: scheme, host, origin } = new URL(url)
  return privileged.get(scheme.slice(0, -1))?.standard ? `${scheme}//${host}` : origin
}

/** The app's own handler's answer, or undefined for an address that no handler serves. */
export async function answerRequest(url: string, init: RequestInit): Promise<Response | undefined> {
  const handler = handlers.get(new URL(url).protocol.slice(0, -1))
  return handler && (await handler(new Request(url, init)))
}
