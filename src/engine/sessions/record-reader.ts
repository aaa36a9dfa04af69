import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'

const FILE = 'record.utf16'

/** Output text of a session's record from `from` on, at most `max` UTF-16 units; empty when there is none yet. One read, wherever it starts. */
export function readRecord(dir: string, from: number, max: number): { readonly text: string; readonly atEnd: boolean } {
  const file = open(join(dir, FILE))
  if (file === undefined) return { text: '', atEnd: true }
  try {
    // A unit that is half on the disk belongs to the next read.
    const total = Math.floor(fstatSync(file).size / 2)
    const bytes = Buffer.alloc(2 * Math.max(0, Math.min(max, total - from)))
    const read = readSync(file, bytes, 0, bytes.length, 2 * from)
    const text = whole(bytes.toString('utf16le', 0, read - (read % 2)), max)
    return { text, atEnd: from + text.length >= total }
  } finally {
    closeSync(file)
  }
}

/** Length of the record's output text in UTF-16 units. */
export function measureRecord(dir: string): number {
  return Math.floor((statSync(join(dir, FILE), { throwIfNoEntry: false })?.size ?? 0) / 2)
}

/** Without the first half of a pair at the end, unless that is all there is. */
function whole(text: string, max: number): string {
  const last = text.charCodeAt(text.length - 1)
  return last >= 0xd800 && last <= 0xdbff && max > 1 && text.length > 1 ? text.slice(0, -1) : text
}

function open(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
