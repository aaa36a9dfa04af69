import { useState } from 'react'
import { useCommand } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { At } from '../../parts/time.tsx'
import styles from './audit.module.css'
import { toVerdictText, type Verdict } from './audit.select.ts'

/** Recomputes the chain over every row and says what was found. A verdict is dated: rows written later are not in it. */
export function Verify({ head }: { head: number }) {
  const [found, setFound] = useState<{ verdict: Verdict; at: number }>()
  const verify = useCommand((client) => client.audit.verify())
  const start = async () => {
    const verdict = await verify.run()
    if (verdict) setFound({ verdict, at: Date.now() })
  }
  const later = found ? head - found.verdict.rows : 0
  return (
    <div className={styles.verify}>
      <Button onClick={start} pending={verify.pending}>
        {verify.pending ? 'Verifying…' : 'Verify the chain'}
      </Button>
      <div role="status" className={styles.verdict} data-ok={found?.verdict.ok}>
        {found ? (
          <>
            <p>
              <span aria-hidden="true">{found.verdict.ok ? '✓' : '◆'}</span> {toVerdictText(found.verdict)}
            </p>
            <p className={styles.muted}>
              <At at={found.at} seconds />
              {found.verdict.ok ? (
                <>
                  {' '}
                  · head <code title={found.verdict.head}>{found.verdict.head.slice(0, 16)}</code>
                </>
              ) : null}
              {later > 0 ? ` · ${later.toLocaleString('en-US')} rows since` : null}
            </p>
          </>
        ) : (
          <p className={styles.muted}>Each row carries the hash of the one before; a row that was changed or taken out breaks the chain.</p>
        )}
      </div>
      <RefusalNote refusal={verify.refusal} again={start} />
    </div>
  )
}
