import type { Session } from 'electron'
import { openSession } from './chromium.ts'
import { loud } from './loud.ts'

type Asker = Parameters<NonNullable<Parameters<Session['setPermissionCheckHandler']>[0]>>[0]
/** Chromium's name for a permission, and Electron's. */
const known = {
  geolocation: 'geolocation',
  notifications: 'notifications',
  camera: 'media',
  microphone: 'media',
  midi: 'midi',
  'clipboard-read': 'clipboard-read',
  'clipboard-write': 'clipboard-sanitized-write',
  'idle-detection': 'idle-detection',
} as const
let check: Parameters<Session['setPermissionCheckHandler']>[0] = null

const defaultSession = loud(
  {
    setPermissionCheckHandler: (handler) => {
      check = handler
    },
    // Chromium is told the answers beforehand, so it never asks; kept, so that an app without one can be refused.
    setPermissionRequestHandler: (handler) => {
      handlersSet.request = handler !== null
    },
    setDevicePermissionHandler: (handler) => {
      handlersSet.device = handler !== null
    },
  } satisfies Partial<Session>,
  'session.defaultSession',
)
export const handlersSet = { request: false, device: false }
export const session = loud({ defaultSession }, 'session')

/** Tells Chromium, for one origin, what the app's handlers grant. Without a handler everything is granted: so does Electron. */
export async function applyPermissions(asker: object, origin: string, chromiumOrigin: string): Promise<void> {
  for (const [name, permission] of Object.entries(known)) {
    const isGranted = !check || check(asker as Asker, permission as never, origin, { isMainFrame: true, requestingUrl: origin })
    await openSession().send('Browser.setPermission', { permission: { name }, setting: isGranted ? 'granted' : 'denied', origin: chromiumOrigin })
  }
}
