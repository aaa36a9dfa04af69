import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export type LockAnswer = { readonly kind: 'taken'; readonly release: () => void } | { readonly kind: 'held'; readonly pid: number }

type Holder = { readonly pid: number; readonly ticks: string | null }

/**
 * One engine for a data directory. The file names its holder by pid and start time, so that a holder that died, or whose pid
 * belongs to another program by now, is no holder.
 */
export function takeLock(file: string): LockAnswer {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const own: Holder = { pid: process.pid, ticks: startTicks(process.pid) }
  for (;;) {
    // Written first and then linked, so that nobody ever reads half a lock.
    const draft = `${file}.${process.pid}.new`
    try {
      writeFileSync(draft, JSON.stringify(own), { mode: 0o600 })
      linkSync(draft, file)
      return { kind: 'taken', release: () => rmSync(file, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    } finally {
      rmSync(draft, { force: true })
    }
    const text = read(file)
    const holder = toHolder(text)
    if (holder && holder.pid !== process.pid && isAlive(holder)) return { kind: 'held', pid: holder.pid }
    dropStale(file, text)
  }
}

/** Takes away the file that was judged stale and no other: somebody who judged it too may have put a new one in its place meanwhile. */
function dropStale(file: string, stale: string | undefined): void {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
    if (read(aside) !== stale) linkSync(aside, file)
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function toHolder(text: string | undefined): Holder | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Holder)
  } catch {
    return undefined
  }
}

function isAlive({ pid, ticks }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return ticks === null || startTicks(pid) === ticks
}

/** When a process began, in clock ticks since boot: field 22 of /proc/PID/stat (proc_pid_stat(5)). Null where there is no /proc. */
function startTicks(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets and may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
