import { mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The first process of a profile gets the lock and hears of the others; a second one leaves its arguments and gets none. All at once
 * and in files, because Electron answers this question without waiting.
 */
export function takeInstanceLock(profile: string, onSecond: (argv: string[], folder: string) => void): boolean {
  const calls = join(profile, 'second-instances')
  mkdirSync(calls, { recursive: true })
  if (!takeLock(join(profile, 'instance.lock'))) {
    const file = join(calls, `${process.pid}.json`)
    writeFileSync(`${file}.new`, JSON.stringify({ argv: process.argv, folder: process.cwd() }))
    renameSync(`${file}.new`, file)
    return false
  }
  const watcher = watch(calls, () => {
    for (const name of readdirSync(calls).filter((one) => one.endsWith('.json'))) {
      const { argv, folder } = JSON.parse(readFileSync(join(calls, name), 'utf8')) as { argv: string[]; folder: string }
      rmSync(join(calls, name))
      onSecond(argv, folder)
    }
  })
  watcher.unref()
  return true
}

/** A lock whose holder is gone is taken over. */
function takeLock(file: string): boolean {
  try {
    writeSync(openSync(file, 'wx'), String(process.pid))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (isAlive(Number(readFileSync(file, 'utf8')))) return false
    rmSync(file, { force: true })
    return takeLock(file)
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch {
    return false
  }
}
