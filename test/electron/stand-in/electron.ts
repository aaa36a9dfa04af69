import type * as Electron from 'electron'
import { app } from './app.ts'
import { dialog, Menu, Notification, nativeImage, powerMonitor, recorded, screen, shell, Tray } from './desktop-parts.ts'
import { ipcMain } from './ipc-main.ts'
import { MessageChannelMain } from './ports.ts'
import { protocol } from './protocol.ts'
import { handlersSet, session } from './session.ts'
import { WebContents } from './web-contents.ts'
import { BrowserWindow } from './window.ts'

/** What `import … from 'electron'` finds. A name that is not here does not link, and each one must be a name of Electron's own. */
export {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  Notification,
  nativeImage,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
  webContents,
}
/** For tests only; real Electron has no such thing. */
export const standIn = { recorded, handlersSet }

const webContents = { fromDevToolsTargetId: (targetId: string) => WebContents.fromDevToolsTargetId(targetId) }

export const names = {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  nativeImage,
  Notification,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
  webContents,
} satisfies Partial<Record<keyof typeof Electron, unknown>>
