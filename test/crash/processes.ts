import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

const pids = (): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)

/** Processes whose environment still carries one of these marks of REEF_ATTEMPT. */
export function findMarked(marks: readonly string[]): number[] {
  return pids().filter((pid) => {
    const environment = read(`/proc/${pid}/environ`)
    return marks.some((mark) => environment.includes(`REEF_ATTEMPT=${mark}`))
  })
}

/** The session host of a data directory and with it everything that it runs. */
export async function endSessionHost(dataDir: string): Promise<void> {
  const isOurs = (pid: number) => read(`/proc/${pid}/cmdline`).includes(`${dataDir}/`) && pid !== process.pid
  for (let i = 0; i < 40; i += 1) {
    const left = pids().filter(isOurs)
    if (left.length === 0) return
    for (const pid of left) {
      try {
        process.kill(pid, i < 10 ? 'SIGTERM' : 'SIGKILL')
      } catch {
        // It ended meanwhile.
      }
    }
    await sleep(100)
  }
}
