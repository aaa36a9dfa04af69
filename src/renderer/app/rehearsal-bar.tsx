import { useCommand, useReef } from '../live/reef.ts'
import { openDialog } from '../live/shell-door.ts'
import { Button } from '../parts/button.tsx'
import { RefusalNote } from '../parts/refusal-note.tsx'
import { RehearsalLabel } from '../parts/rehearsal-label.tsx'
import styles from './bars.module.css'

/** While the rehearsal runs every screen says so, and offers both ways out of it. */
export function RehearsalBar() {
  const running = useReef((facts) => facts.status.rehearsal === 'running')
  const noModel = useReef((facts) => facts.status.models === 'none')
  const skip = useCommand((client) => client.rehearsal.skip())
  if (!running) return null
  return (
    <>
      <div className={styles.bar} data-kind="rehearsal" role="status">
        <RehearsalLabel />
        <p>Scripted models play a request from start to end. It costs nothing, and every step can be looked at.</p>
        <Button pending={skip.pending} onClick={() => void skip.run()}>
          Skip the rehearsal
        </Button>
        {noModel ? <Button onClick={() => openDialog('connect-model')}>Connect a model</Button> : null}
      </div>
      <RefusalNote refusal={skip.refusal} />
    </>
  )
}
