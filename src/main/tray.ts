import { join } from 'node:path'
import { Menu, nativeImage, Tray } from 'electron'

export type TrayActions = { open(): void; quit(): void }

/**
 * A second way in, never the only one: Linux desktops without a status area show no tray, and Electron
 * does not say so. Starting REEF again opens the window too.
 */
export function createTray(assetRoot: string, actions: TrayActions): Tray {
  const tray = new Tray(nativeImage.createFromPath(join(assetRoot, 'icon-tray.png')))
  tray.setToolTip('REEF')
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: 'Open REEF', click: () => actions.open() },
      { type: 'separator' },
      { label: 'Quit REEF and stop the factory', click: () => actions.quit() },
    ]),
  )
  tray.on('click', () => actions.open())
  return tray
}
