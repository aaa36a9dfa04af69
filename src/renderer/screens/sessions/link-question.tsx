import { Confirm } from '../../parts/confirm.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import styles from './terminal.module.css'

/** A link in a terminal was written by an agent: it opens only after its host was seen (U-26). */
export function LinkQuestion({ url, onClose }: { url: string | undefined; onClose: () => void }) {
  const open = () => {
    if (url) window.open(url, '_blank', 'noopener,noreferrer')
    onClose()
  }
  const host = url && URL.canParse(url) ? new URL(url).host : ''
  return (
    <Confirm open={url !== undefined} onClose={onClose} onConfirm={open} title={`Open ${host || 'this link'}?`} verb="Open in the browser">
      An agent wrote this link: <code className={styles.url}>{showHidden(url ?? '')}</code>
    </Confirm>
  )
}
