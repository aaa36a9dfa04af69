import { lazy, Suspense } from 'react'
import { useStore } from 'zustand'
import { closeDialog, shellDoor } from '../live/shell-door.ts'

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }))
const KeysHelp = lazy(async () => ({ default: (await import('./keys-help.tsx')).KeysHelp }))
const RequestDialog = lazy(async () => ({ default: (await import('./request-dialog.tsx')).RequestDialog }))
const ConnectModel = lazy(async () => ({ default: (await import('./connect-model.tsx')).ConnectModel }))
const PauseDialog = lazy(async () => ({ default: (await import('./pause-dialog.tsx')).PauseDialog }))
const KillSpend = lazy(async () => ({ default: (await import('./kill-spend.tsx')).KillSpend }))

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
      {dialog === 'kill-spend' ? <KillSpend /> : null}
    </Suspense>
  )
}
