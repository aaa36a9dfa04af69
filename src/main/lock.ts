import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
    try {
      writeFileSync(file, JSON.stringify(own), { flag: 'wx', mode: 0o600 })
      return { kind: 'taken', release: () => rmSync(file, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = readHolder(file)
    if (holder && holder.pid !== process.pid && isAlive(holder)) return { kind: 'held', pid: holder.pid }
    rmSync(file, { force: true })
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
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
