import { useCommand, useReef } from '../../live/reef.ts'
import { openDialog, say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import styles from './overview.module.css'

/** The first minute: what REEF does, and the three ways in. Nothing here needs a key or costs anything unless it says so. */
export function Begin() {
  const { noModel, rehearsed } = useReef(({ status }) => ({ noModel: status.models === 'none', rehearsed: status.rehearsal === 'done' }))
  const rehearse = useCommand((client) => client.rehearsal.start())
  const onRehearse = async () => {
    if (await rehearse.run()) say('The rehearsal runs. It costs nothing.')
  }
  return (
    <Card className={styles.begin} title="Begin">
      <p className={styles.lead}>
        Say in one sentence what you want built. REEF plans it, lets agents build, review and test it, asks you before anything leaves this machine, and meters
        every cent.
      </p>
      <div className={styles.acts}>
        <Button large kind="lead" hint="n" onClick={() => openDialog('new-request')}>
          New request
        </Button>
        <Button large pending={rehearse.pending} onClick={onRehearse}>
          {rehearsed ? 'Play the rehearsal again' : 'Start the rehearsal'}
        </Button>
        {noModel ? (
          <Button large onClick={() => openDialog('connect-model')}>
            Connect a model
          </Button>
        ) : null}
      </div>
      <p className={styles.more}>
        {rehearsed
          ? 'The rehearsal is done: its plan, sessions and product stand below, marked as such.'
          : 'The rehearsal plays a whole request with scripted models, for free.'}{' '}
        {noModel ? 'A real request needs a connected model.' : ''}
      </p>
      <RefusalNote refusal={rehearse.refusal} again={onRehearse} />
    </Card>
  )
}
