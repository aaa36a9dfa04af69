import { link, lstat, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { CliFailure, usageFailure } from './failure.ts'

/** A file that comes into being whole or not at all: it is written beside its place and moved there by `keep`. `drop` after that does nothing. */
export type NewFile = {
  /** Absolute. */
  readonly path: string
  /** Answers how many bytes that were. */
  write(text: string): Promise<number>
  keep(): Promise<void>
  drop(): Promise<void>
}

/** Refuses a name that is taken, before anything is written and again at the end, unless it may be replaced. */
export async function openNewFile(name: string, { replace }: { replace: boolean }): Promise<NewFile> {
  const path = resolve(name)
  if (!replace && (await exists(path))) throw taken(path)
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.part`)
  const file = await open(draft, 'wx', 0o600).catch((error: unknown) => Promise.reject(unwritable(path, error)))
  return {
    path,
    async write(text) {
      const { bytesWritten } = await file.write(text).catch((error: unknown) => Promise.reject(unwritable(path, error)))
      return bytesWritten
    },
    async keep() {
      await file.sync()
      // A link takes no name that is taken; a rename would take it.
      await (replace ? rename(draft, path) : link(draft, path)).catch((error: unknown) =>
        Promise.reject(codeOf(error) === 'EEXIST' ? taken(path) : unwritable(path, error)),
      )
    },
    async drop() {
      await file.close()
      await rm(draft, { force: true })
    },
  }
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error))

const taken = (path: string) =>
  usageFailure(`There is a file at ${path} already.`, { field: 'output', remedy: 'choose another name, or replace it with --force' })

const unwritable = (path: string, error: unknown) =>
  new CliFailure(1, { code: 'input/invalid', message: `${path} cannot be written (${codeOf(error)}).`, field: 'output', remedy: 'choose another place' })
