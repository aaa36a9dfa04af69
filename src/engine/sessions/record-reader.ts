import { closeSync, createReadStream, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'

const FILE = 'record.utf16'
const CAST = 'record.cast'
/** Read between two turns of the event loop while an instant is looked for. */
const CHUNK_BYTES = 262_144
const NEWLINE = 0x0a

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

/**
 * Where the record's output text stood at an instant: the offset of the first output at or after it, in UTF-16 units; the end
 * when there is none, 0 without a record. Reads the timed record from its beginning, piece by piece.
 */
export async function seekRecord(dir: string, at: number): Promise<number> {
  let time: number | undefined
  let offset = 0
  for await (const line of readLines(join(dir, CAST))) {
    if (time === undefined) {
      time = (JSON.parse(line) as { timestamp: number }).timestamp * 1000
      continue
    }
    const [seconds, kind, text] = JSON.parse(line) as [number, string, string]
    time += Math.round(seconds * 1000)
    if (kind !== 'o') continue
    if (time >= at) break
    offset += text.length
  }
  return offset
}

/** The whole lines of a file that may still be written to; one that has no end yet is left out. None for a file that does not exist. */
async function* readLines(file: string): AsyncGenerator<string> {
  const handle = open(file)
  if (handle === undefined) return
  let begun: Buffer[] = []
  for await (const chunk of createReadStream(file, { fd: handle, highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...begun, chunk.subarray(from, end)]).toString()
      begun = []
      from = end + 1
    }
    if (from < chunk.length) begun.push(chunk.subarray(from))
  }
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
