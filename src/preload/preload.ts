import { contextBridge, ipcRenderer } from 'electron'

type PageWindow = {
  postMessage(message: unknown, targetOrigin: string, transfer?: readonly unknown[]): void
  addEventListener(type: string, listener: (event: { source?: unknown; data?: unknown }) => void): void
}
declare const window: PageWindow
declare const location: { hash: string }

/**
 * All that the page gets: which shell it runs in, and one MessagePort to the engine, delivered as a `message`
 * event with data 'reef:port'. The page may ask again with 'reef:port?' when its port has closed.
 * Main answers only the app's own page; see src/main/ipc.ts.
 */
contextBridge.exposeInMainWorld('reefShell', { kind: 'electron' })

ipcRenderer.on('reef:port', (event) => window.postMessage('reef:port', '*', event.ports))
/** A notice that was clicked, or a link from outside: a place of the page and never an act. */
ipcRenderer.on('reef:open', (_event, path: string) => {
  location.hash = path
})

const askForPort = () => ipcRenderer.send('reef:port')
/** Module scripts have run by then, so the page is listening. */
window.addEventListener('DOMContentLoaded', askForPort)
window.addEventListener('message', (event) => {
  if (event.source === window && event.data === 'reef:port?') askForPort()
})
