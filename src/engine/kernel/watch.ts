import { watch } from 'node:fs'

/** Editors write a file in several steps; one look after the last of them is enough. */
const SETTLE_MS = 150

/** Calls `changed` soon after anything in the folder changed. Returns what ends it. The watch keeps no process alive. */
export function watchFolder(dir: string, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const watcher = watch(dir, { persistent: false }, () => {
    clearTimeout(timer)
    timer = setTimeout(changed, SETTLE_MS)
    timer.unref()
  })
  // A folder that is removed under the watcher ends the watch, not the engine.
  watcher.on('error', () => watcher.close())
  return () => {
    clearTimeout(timer)
    watcher.close()
  }
}
