import { lazy, Suspense } from 'react'
import { useStore } from 'zustand'
import { useCommand, useReef } from '../live/reef.ts'
import { closeDialog, shellDoor } from '../live/shell-door.ts'
import { Confirm } from '../parts/confirm.tsx'

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }))
const KeysHelp = lazy(async () => ({ default: (await import('./keys-help.tsx')).KeysHelp }))
const RequestDialog = lazy(async () => ({ default: (await import('./request-dialog.tsx')).RequestDialog }))
const ConnectModel = lazy(async () => ({ default: (await import('./connect-model.tsx')).ConnectModel }))

/** What stands on top of the screens. One at a time; each is loaded when it is first asked for. */
export function Dialogs() {
  const dialog = useStore(shellDoor, (state) => state.dialog)
  return (
    <Suspense fallback={null}>
      {dialog === 'palette' ? <Palette /> : null}
      {dialog === 'keys' ? <KeysHelp /> : null}
      {dialog === 'new-request' ? <RequestDialog /> : null}
      {dialog === 'connect-model' ? <ConnectModel onClose={closeDialog} /> : null}
      {dialog === 'pause' ? <PauseDialog /> : null}
    </Suspense>
  )
}

/** Ctrl Shift P, then Enter (U-16). */
function PauseDialog() {
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
