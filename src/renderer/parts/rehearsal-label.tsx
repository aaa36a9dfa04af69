import styles from './rehearsal-label.module.css'

/** Stands beside everything that scripted models made, so that it is never taken for work. */
export function RehearsalLabel() {
  return (
    <span className={styles.label} title="Made by scripted models: free, and not real work">
      REHEARSAL
    </span>
  )
}
