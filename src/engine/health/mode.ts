import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Actor, FactoryMode } from '../../contract/index.ts'
import { type WriteDb, write } from '../store/index.ts'

export type ModeDeps = {
  readonly db: WriteDb
  readonly append: (event: { type: 'factory.paused' | 'factory.resumed'; subject: string; actor: Actor; data: Record<string, never> }) => void
  /** Exists while the factory is paused, so that a pause outlives a restart. */
  readonly file: string
}

/** Whether the factory takes on work. */
export function createMode({ db, append, file }: ModeDeps) {
  let mode: FactoryMode = existsSync(file) ? 'paused' : 'running'
  const turn = (to: 'paused' | 'running', actor: Actor): void => {
    if (mode === to) return
    if (to === 'paused') {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, actor)
    } else rmSync(file, { force: true })
    mode = to
    write(db, () => append({ type: to === 'paused' ? 'factory.paused' : 'factory.resumed', subject: 'factory', actor, data: {} }))
  }
  return {
    get: (): FactoryMode => mode,
    paused: (): boolean => mode !== 'running',
    /** Running sessions go on; nothing new is claimed or planned. */
    pause: (actor: Actor): void => turn('paused', actor),
    resume: (actor: Actor): void => turn('running', actor),
    /** The engine is stopping; it comes back in the mode it had. */
    drain(): void {
      mode = 'draining'
    },
  }
}
export type Mode = ReturnType<typeof createMode>
