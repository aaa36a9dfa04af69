import { readdirSync, readFileSync } from 'node:fs'

/**
 * Processes that carry `name=value` in their environment, this one excepted.
 * A tool shell of an agent leaves its parent's process group, so a group kill misses it; the mark is inherited and does not.
 * Linux only: elsewhere the answer is empty.
 */
export function findMarked(name: string, value: string): number[] {
  const needle = `${name}=${value}\0`
  return readPids().filter((pid) => pid !== process.pid && `${readProc(pid, 'environ')}\0`.includes(needle) && !isZombie(pid))
}

/** Kills every marked process and answers how many are left after at most two seconds. */
export async function killMarked(name: string, value: string): Promise<number> {
  for (let round = 0; round < 40; round++) {
    const found = findMarked(name, value)
    if (found.length === 0) return 0
    for (const pid of found) kill(pid)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return findMarked(name, value).length
}

/** Ticks since boot at which a process started: with the pid it names one process for ever. */
export function startTicks(pid: number): string | undefined {
  const stat = readProc(pid, 'stat')
  return stat ? stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] : undefined
}

export function isAlive(pid: number, ticks?: string): boolean {
  const now = startTicks(pid)
  return now !== undefined && !isZombie(pid) && (ticks === undefined || ticks === now)
}

function isZombie(pid: number): boolean {
  const stat = readProc(pid, 'stat')
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) === 'Z'
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended between the look and the kill.
  }
}

function readPids(): number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0)
  } catch {
    return []
  }
}

function readProc(pid: number, file: 'environ' | 'stat'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}
