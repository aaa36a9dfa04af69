import { useLive } from '../live/reef.ts'
import { useZone } from '../parts/zone.ts'
import styles from './bars.module.css'

/** Says how old the page is while there is no line to the engine (U-23). */
export function ConnectionBar() {
  const connection = useLive((state) => state.connection)
  const zone = useZone()
  if (connection.kind === 'live' || connection.kind === 'connecting') return null
  const from = connection.kind === 'lost' && connection.lastAt !== null ? ` What you see is from ${zone.time(connection.lastAt)}.` : ''
  const next = connection.kind === 'refused' ? `${connection.refusal.message} ${connection.refusal.remedy ?? ''}` : 'Trying again.'
  return (
    <div className={styles.bar} data-kind="lost" role="status">
      <span aria-hidden="true">▲</span>
      <p>
        <strong>Connection lost.</strong>
        {from} {next}
      </p>
    </div>
  )
}
