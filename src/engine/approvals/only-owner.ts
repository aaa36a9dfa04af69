import type { Actor } from '../../contract/index.ts'
import { ReefError } from '../kernel/errors.ts'

/** What decides over later decisions is the owner's own act, at the desk: never an agent's, the engine's, or a message's. Throws approval/needs-desktop. */
export function onlyOwner(actor: Actor, act: string): void {
  if (actor !== 'owner') throw new ReefError('approval/needs-desktop', `Only the owner ${act}, at the desk.`, { remedy: 'Do it in the window or with: reef' })
}
