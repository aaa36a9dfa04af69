import type { Session, WebContents } from 'electron'
import { isAppUrl } from './security.ts'

/** The page may write to the clipboard when the owner presses Copy. Nothing else is ever granted. */
const granted: ReadonlySet<string> = new Set(['clipboard-sanitized-write'])

/** Electron grants everything unless told otherwise; both handlers are needed, one for asking and one for checking. */
export function denyPermissions(session: Session): void {
  const isGranted = (contents: WebContents | null, permission: string) => granted.has(permission) && contents !== null && isAppUrl(contents.getURL())
  session.setPermissionRequestHandler((contents, permission, answer) => answer(isGranted(contents, permission)))
  session.setPermissionCheckHandler((contents, permission) => isGranted(contents, permission))
  session.setDevicePermissionHandler(() => false)
}
