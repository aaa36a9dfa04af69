import { answerRequest, fromChromium } from './protocol.ts'
import type { WebContents } from './web-contents.ts'

type Paused = {
  requestId: string
  resourceType: string
  request: { url: string; method: string; headers: Record<string, string>; postData?: string; urlFragment?: string }
}

/** Puts main between the page and every address: the app's own protocol handler answers for its scheme, and the page may be kept from leaving. */
export async function serveRequests(contents: WebContents): Promise<void> {
  const { page } = contents
  page.on('Fetch.requestPaused', (paused: Paused) => {
    void answer(contents, paused).catch((error: unknown) => {
      if (!contents.isDestroyed()) process.stderr.write(`${paused.request.url} could not be answered: ${String(error)}\n`)
    })
  })
  await page.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] })
}

async function answer(contents: WebContents, { requestId, resourceType, request }: Paused): Promise<void> {
  const { page } = contents
  const url = fromChromium(request.url)
  if (resourceType === 'Document' && !contents.mayNavigate(url + (request.urlFragment ?? ''))) {
    await page.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
    return
  }
  const body = request.postData === undefined || request.method === 'GET' ? {} : { body: request.postData }
  const response = url === request.url ? undefined : await answerRequest(url, { method: request.method, headers: request.headers, ...body })
  if (!response) {
    await page.send('Fetch.continueRequest', { requestId })
    return
  }
  await page.send('Fetch.fulfillRequest', {
    requestId,
    responseCode: response.status,
    responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
    body: Buffer.from(await response.arrayBuffer()).toString('base64'),
  })
}
