import { goTo } from '../live/place.ts'
import { closeDialog, openDialog, shellDoor } from '../live/shell-door.ts'
import { type Bindings, useKeys } from '../parts/keys.ts'
import { screenKeys } from './routes.ts'

const togglePalette = () => (shellDoor.getState().dialog === 'palette' ? closeDialog() : openDialog('palette'))

const bindings: Bindings = {
  ...Object.fromEntries(screenKeys.map(([screen, key]) => [`g ${key}`, () => goTo(screen)])),
  // The older name of the plan's graph.
  'g d': () => goTo('plans'),
  '?': () => openDialog('keys'),
  '/': () => openDialog('palette'),
  n: () => openDialog('new-request'),
}
const everywhere: Bindings = {
  'ctrl+k': togglePalette,
  'ctrl+shift+p': () => openDialog('pause'),
}

/** The keys that work on every screen (U-17). Those with Ctrl also work while something is typed or a dialog is open. */
export function useShellKeys(): void {
  useKeys(bindings)
  useKeys(everywhere, { inDialogs: true })
}
