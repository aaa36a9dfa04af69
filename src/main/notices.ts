import { Notification } from 'electron'
import type { Notice } from './notice.ts'

/** Shows a notice as text only (Linux has no action buttons); a click opens what it speaks of. */
export function createNotices(open: (link: string) => void): (notice: Notice) => void {
  /** Without a reference a notification may be collected before it is clicked. */
  const shown = new Set<Notification>()
  return ({ title, body, link }) => {
    if (!Notification.isSupported()) return
    const notification = new Notification({ title, body })
    shown.add(notification)
    notification.on('click', () => open(link))
    notification.on('close', () => shown.delete(notification))
    notification.show()
  }
}
