import { EventEmitter } from 'node:events'
import type { IpcMain } from 'electron'
import { loud } from './loud.ts'

const emitter = new EventEmitter()
const handlers = new Map<string, (event: never, ...args: never[]) => unknown>()

export const ipcMain = loud(
  Object.assign(emitter, {
    handle: (channel, handler) => {
      if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
      handlers.set(channel, handler)
    },
    removeHandler: (channel) => void handlers.delete(channel),
  } satisfies Pick<IpcMain, 'handle' | 'removeHandler'>),
  'ipcMain',
)

export function hearSend(event: object, channel: string, args: unknown[]): void {
  emitter.emit(channel, event, ...args)
}

/** Only the message of an error reaches the page, as in Electron. */
export async function answerInvoke(event: object, channel: string, args: unknown[]): Promise<{ ok: boolean; value: unknown }> {
  const handler = handlers.get(channel)
  if (!handler) return { ok: false, value: `Error invoking remote method '${channel}': Error: No handler registered for '${channel}'` }
  try {
    return { ok: true, value: await handler(event as never, ...(args as never[])) }
  } catch (error) {
    return { ok: false, value: `Error invoking remote method '${channel}': ${String(error)}` }
  }
}
