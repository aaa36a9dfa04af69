import { useCommand, useReef } from '../live/reef.ts'
import { closeDialog } from '../live/shell-door.ts'
import { Confirm } from '../parts/confirm.tsx'

/** Ctrl Shift P, then Enter (U-16). */
export function PauseDialog() {
  const paused = useReef((facts) => facts.status.mode === 'paused')
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
    >
      {paused
        ? 'Waiting tasks are claimed again at once.'
        : 'No new task is started. What runs now runs to its end, deadlines go on, and nothing is lost. Resume whenever you like.'}
    </Confirm>
  )
}
