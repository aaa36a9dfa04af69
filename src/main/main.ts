import { runDesktop } from './desktop.ts'
import { createHost } from './host.ts'

/** Not awaited: Electron becomes ready only after this module has finished, and the shell waits for that. */
void runDesktop({ createHost })
