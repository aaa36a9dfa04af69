import { useReef } from '../live/reef.ts'
import { openDialog } from '../live/shell-door.ts'
import { Button } from '../parts/button.tsx'
import { useNow } from '../parts/now.ts'
import { formatSpan } from '../parts/time.tsx'
import styles from './foot.module.css'

/** What can be done from anywhere, and how the engine feels. */
export function Foot() {
  const { version, startedAt, lag } = useReef(({ status }) => ({ version: status.version, startedAt: status.startedAt, lag: status.lagP99Ms }))
  const now = useNow(10_000)
  return (
    <footer className={styles.foot}>
      <Button kind="quiet" hint="Ctrl K" onClick={() => openDialog('palette')}>
        Commands
      </Button>
      <Button kind="quiet" hint="n" onClick={() => openDialog('new-request')}>
        New request
      </Button>
      <Button kind="quiet" hint="?" onClick={() => openDialog('keys')}>
        Keys
      </Button>
      <span className={styles.grow} />
      <span className={styles.engine}>
        REEF {version} · up {formatSpan(now - startedAt)} · lag p99 {Math.round(lag)} ms
      </span>
    </footer>
  )
}
