import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import type {
  Dialog,
  MenuItemConstructorOptions,
  NativeImage,
  Menu as RealMenu,
  Notification as RealNotification,
  Tray as RealTray,
  Rectangle,
  Screen,
  Shell,
} from 'electron'
import { LoudEmitter, loud } from './loud.ts'

/**
 * The parts of a desktop that a page cannot show: they write down what the app asked of them, for a test to read and to act on
 * (a click is `emit('click')`). That they look right on a real desktop is not proved here.
 */
export const recorded = {
  notifications: [] as Notification[],
  trays: [] as Tray[],
  opened: [] as string[],
  errors: [] as Array<{ title: string; content: string }>,
  applicationMenu: null as Menu | null,
}

export class Notification extends LoudEmitter implements Pick<RealNotification, 'close' | 'show' | 'title' | 'body'> {
  readonly title: string
  readonly body: string

  constructor({ title = '', body = '' }: { title?: string; body?: string } = {}) {
    super()
    this.title = title
    this.body = body
  }

  static isSupported(): boolean {
    return true
  }

  show(): void {
    recorded.notifications.push(this)
    this.emit('show')
  }

  close(): void {
    this.emit('close')
  }
}

export class Menu {
  readonly items: MenuItemConstructorOptions[]

  constructor(items: MenuItemConstructorOptions[] = []) {
    this.items = items
  }

  static buildFromTemplate = ((template) => new Menu(template as MenuItemConstructorOptions[])) satisfies (
    ...args: Parameters<typeof RealMenu.buildFromTemplate>
  ) => Menu

  static setApplicationMenu(menu: Menu | null): void {
    recorded.applicationMenu = menu
  }
}

type Image = Pick<NativeImage, 'isEmpty'>

export class Tray extends LoudEmitter implements Pick<RealTray, 'destroy' | 'isDestroyed' | 'setToolTip'> {
  readonly image: Image
  menu: Menu | null = null
  toolTip = ''
  private gone = false

  constructor(image: Image) {
    super()
    this.image = image
    recorded.trays.push(this)
  }

  setToolTip(text: string): void {
    this.toolTip = text
  }

  setContextMenu(menu: Menu | null): void {
    this.menu = menu
  }

  isDestroyed(): boolean {
    return this.gone
  }

  destroy(): void {
    this.gone = true
  }
}

/** Electron too gives an empty image for a file that is not there. */
export const nativeImage = loud({ createFromPath: (path: string): Image => ({ isEmpty: () => !existsSync(path) }) }, 'nativeImage')

export const dialog = loud(
  {
    showErrorBox: (title, content) => {
      recorded.errors.push({ title, content })
    },
  } satisfies Partial<Dialog>,
  'dialog',
)

export const shell = loud(
  {
    openExternal: (url) => {
      recorded.opened.push(url)
      return Promise.resolve()
    },
  } satisfies Partial<Shell>,
  'shell',
)

const whole: Rectangle = { x: 0, y: 0, width: 1920, height: 1080 }

export const screen = loud(
  Object.assign(new EventEmitter(), { getAllDisplays: () => [{ id: 1, bounds: whole, workArea: whole, scaleFactor: 1 }] } satisfies Record<
    keyof Pick<Screen, 'getAllDisplays'>,
    unknown
  >),
  'screen',
)

export const powerMonitor = loud(new EventEmitter(), 'powerMonitor')
