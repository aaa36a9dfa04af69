import { useEffect, useState } from 'react'
import styles from './skeleton.module.css'

/** Grey lines where content will be; nothing at all for the first 200 ms, because most waits are shorter (U-23). */
export function Skeleton({ lines = 3, label = 'Loading' }: { lines?: number; label?: string }) {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 200)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className={styles.skeleton} role="status" aria-label={label} data-shown={shown}>
      {Array.from({ length: lines }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity.
        <span key={i} className={styles.line} />
      ))}
    </div>
  )
}
