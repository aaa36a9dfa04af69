import { useCommand, useReef } from '../live/reef.ts'
import { closeDialog, openDialog } from '../live/shell-door.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'

/** Ctrl Shift P, then Enter; its second level is to stop spending at once (U-16). */
export function PauseDialog() {
  const paused = useReef((facts) => facts.status.mode === 'paused')
  const killed = useReef((facts) => facts.spend.killedAt !== null)
  const turn = useCommand((client) => (paused ? client.factory.resume() : client.factory.pause()))
  const onConfirm = async () => {
    if (await turn.run()) closeDialog()
  }
  return (
    <Confirm
      open
      title={paused ? 'Resume the factory?' : 'Pause the factory?'}
      verb={paused ? 'Resume' : 'Pause'}
      onClose={closeDialog}
      onConfirm={onConfirm}
      pending={turn.pending}
      refusal={turn.refusal}
      also={
        killed ? null : (
          <Button large kind="danger" onClick={() => openDialog('kill-spend')}>
            Kill spend…
          </Button>
        )
      }
    >
      {paused
        ? 'Waiting tasks are claimed again at once.'
        : 'No new task is started. What runs now runs to its end, deadlines go on, and nothing is lost. Resume whenever you like.'}
    </Confirm>
  )
}
