import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The Node that REEF brings; the one that runs the tests may be older. */
export const nodePath = join(fileURLToPath(new URL('../..', import.meta.url)), 'node_modules', '.bin', 'node')
