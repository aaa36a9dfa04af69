import { accessSync, constants, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'

/** What a data directory may look like when REEF has been in it before. One of them is enough. */
const marks = ['reef.db', 'run']

/** Answers of {@link prepareDataDir}: the sentence names the problem and the remedy, ready to be shown. */
export type DataDirAnswer = { readonly kind: 'ready'; readonly dir: string } | { readonly kind: 'refused'; readonly sentence: string }

/** The data directory when no argument names one, the same that the command line looks in: REEF_DATA_DIR, the XDG data home, or its documented default. */
export function defaultDataDir(env: Readonly<Record<string, string | undefined>>, home: string): string {
  if (env['REEF_DATA_DIR']) return resolve(env['REEF_DATA_DIR'])
  const xdg = env['XDG_DATA_HOME']
  return join(xdg && isAbsolute(xdg) ? xdg : join(home, '.local', 'share'), 'reef')
}

/**
 * Makes the directory if it is missing (mode 0700) and refuses one that REEF must not use: not writable,
 * owned by somebody else, or full of another program's files. Writes nothing into it.
 */
export function prepareDataDir(wanted: string, uid: number | undefined = process.getuid?.()): DataDirAnswer {
  const dir = resolve(wanted)
  const sentence = obstacle(dir, uid)
  return sentence === undefined ? { kind: 'ready', dir } : { kind: 'refused', sentence }
}

function obstacle(dir: string, uid: number | undefined): string | undefined {
  try {
    makeFolders(dir)
  } catch (error) {
    return `The data directory ${dir} cannot be made (${codeOf(error)}): choose another with --data-dir.`
  }
  const info = statSync(dir)
  if (uid !== undefined && info.uid !== uid) {
    return `The data directory ${dir} belongs to another user: choose another with --data-dir.`
  }
  if (!isWritable(dir)) {
    return `The data directory ${dir} is read-only: make it writable or choose another with --data-dir.`
  }
  const entries = readdirSync(dir)
  if (entries.length > 0 && !marks.some((mark) => existsSync(join(dir, mark)))) {
    return `The directory ${dir} holds files that are not REEF's: choose an empty one with --data-dir.`
  }
  return undefined
}

/** One level at a time: Node's own recursive mkdir never returns below /proc. */
function makeFolders(dir: string): void {
  if (existsSync(dir) && statSync(dir).isDirectory()) return
  if (!existsSync(dirname(dir))) makeFolders(dirname(dir))
  mkdirSync(dir, { mode: 0o700 })
}

/** A read-only mount stops even root here, while permission bits do not. */
function isWritable(dir: string): boolean {
  try {
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
