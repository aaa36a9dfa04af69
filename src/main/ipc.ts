import type { MessagePortMain, WebFrameMain } from 'electron'
import { ipcMain, MessageChannelMain } from 'electron'
import { isAppUrl } from './security.ts'

/**
 * Hands one end of a fresh channel to the app's own page and the other to the engine. Any other frame,
 * page or origin gets no answer at all. The channel ends with the page that asked for it.
 */
export function brokerPorts(connectPort: (port: MessagePortMain) => void): void {
  ipcMain.on('reef:port', (event) => {
    const frame = event.senderFrame
    if (!isOwnPage(frame)) return
    const { port1, port2 } = new MessageChannelMain()
    connectPort(port1)
    port1.start()
    frame.postMessage('reef:port', null, [port2])
  })
}

function isOwnPage(frame: WebFrameMain | null): frame is WebFrameMain {
  return frame !== null && frame.parent === null && isAppUrl(frame.url) && isAppUrl(frame.origin)
}
