import { useCommand, useReef } from '../live/reef.ts'
import { Button } from '../parts/button.tsx'
import { RefusalNote } from '../parts/refusal-note.tsx'
import { At } from '../parts/time.tsx'
import styles from './bars.module.css'

/** While every model call is refused by the owner's word, every screen says so and offers the way back (U-16). */
export function KilledBar() {
  const killedAt = useReef((facts) => facts.spend.killedAt)
  const allow = useCommand((client) => client.spend.allow())
  if (killedAt === null) return null
  return (
    <>
      <div className={styles.bar} data-kind="killed" role="status">
        <span aria-hidden="true">✕</span>
        <p>
          <strong>
            Model calls are stopped since <At at={killedAt} seconds />.
          </strong>{' '}
          New ones are refused; tasks that need a model wait.
        </p>
        <Button pending={allow.pending} onClick={() => void allow.run()}>
          Allow again
        </Button>
      </div>
      <RefusalNote refusal={allow.refusal} />
    </>
  )
}
