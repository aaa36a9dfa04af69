import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { writeAtomically } from './settings.ts'

const SecretFile = z.record(z.string(), z.string())

/**
 * Provider keys and REEF's own signing secret, in one file that only the owner can read (0600).
 * They never reach the database, the journal, a log, an argv or an agent. `onKnown` hears every value, so that it can be masked.
 */
export function createSecrets(file: string, onKnown: (value: string) => void) {
  const values = existsSync(file) ? SecretFile.parse(JSON.parse(readFileSync(file, 'utf8'))) : {}
  for (const value of Object.values(values)) onKnown(value)
  const save = () => writeAtomically(file, JSON.stringify(values), 0o600)
  return {
    get: (name: string): string | undefined => values[name],
    set(name: string, value: string): void {
      values[name] = value
      onKnown(value)
      save()
    },
    delete(name: string): void {
      delete values[name]
      save()
    },
    names: (): string[] => Object.keys(values),
  }
}
export type Secrets = ReturnType<typeof createSecrets>
