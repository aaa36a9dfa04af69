import { readFile } from 'node:fs/promises'
import { protocol } from 'electron'
import { appScheme, isAppUrl, resolveAsset, securityHeaders } from './security.ts'

/** Must run before the app is ready: Chromium reads the privileges of a scheme once. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }])
}

/** Serves the built renderer at app://reef with the same policy as the loopback server. */
export function serveRenderer(rendererRoot: string): void {
  protocol.handle(appScheme, async (request) => {
    const found = request.method === 'GET' && isAppUrl(request.url) ? resolveAsset(rendererRoot, new URL(request.url).pathname) : undefined
    if (!found) return new Response('Not found', { status: 404, headers: securityHeaders('page') })
    const kind = found.type.startsWith('text/html') ? 'page' : 'asset'
    return new Response(await readFile(found.file), { headers: { ...securityHeaders(kind), 'Content-Type': found.type } })
  })
}
