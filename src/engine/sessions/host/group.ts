import { readdirSync, readFileSync } from 'node:fs'
import { killMarked } from '../../kernel/marked.ts'

/** Between one rung of the ladder and the next. */
const RUNG_MS = 3000

export const MARK = 'REEF_ATTEMPT'

/**
 * SIGINT, three seconds, SIGTERM, three seconds, SIGKILL: first a chance to end in order, then none. After the program itself
 * is gone whatever carries its mark is killed. Answers how many processes are left.
 */
export async function stopGroup(pid: number, mark: string, gone: Promise<unknown>): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    signalGroup(pid, signal)
    if (await within(gone, RUNG_MS)) return killMarked(MARK, mark)
  }
  signalGroup(pid, 'SIGKILL')
  const survivors = await killMarked(MARK, mark)
  await within(gone, RUNG_MS)
  return survivors
}

/** SIGINT and SIGTERM pass the wrapper by: bubblewrap would die of them and take the program with it before it can end in order. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  const members = findGroup(pid).filter((member) => signal === 'SIGKILL' || member.name !== 'bwrap')
  if (members.length === 0) send(-pid, signal)
  for (const member of members) send(member.pid, signal)
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself.
  }
}

function findGroup(group: number): Array<{ pid: number; name: string }> {
  return readPids().flatMap((pid) => {
    const stat = readStat(pid)
    const end = stat.lastIndexOf(')')
    const name = stat.slice(stat.indexOf('(') + 1, end)
    return Number(stat.slice(end + 2).split(' ')[2]) === group ? [{ pid, name }] : []
  })
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

function readStat(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return ''
  }
}

async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const first = await Promise.race([promise.then(() => true), late])
  clearTimeout(timer)
  return first
}
