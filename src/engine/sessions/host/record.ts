import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { toLastLine } from '../terminal.ts'

/** Output of one turn of the event loop and a little more goes to the disk together. */
const BATCH_MS = 16
/** 32 million characters; what follows is read and thrown away, so that a runaway program fills no disk. */
const MAX_UNITS = 32_000_000
const TAIL = 4000

/**
 * The terminal record of one session, in two files. `record.cast` is asciicast v3 (U-96): a header, then [seconds since the
 * last event, kind, data]. `record.utf16` is the same output text and nothing else, two bytes per unit, so that an offset in
 * UTF-16 units is a position in the file. Text must be masked already.
 */
export function createRecord(dir: string, header: { title: string; cols: number; rows: number }, changed: () => void) {
  const cast = openSync(join(dir, 'record.cast'), 'ax', 0o600)
  const plain = openSync(join(dir, 'record.utf16'), 'ax', 0o600)
  // The head knows whole seconds only: counted from there, the pauses add up to the true time of each event.
  let last = Math.floor(Date.now() / 1000) * 1000
  let pending = ''
  let units = 0
  let tail = ''
  let lastOutputAt: number | null = null
  let full = false
  let timer: NodeJS.Timeout | undefined
  writeSync(
    cast,
    `${JSON.stringify({ version: 3, term: { cols: header.cols, rows: header.rows, type: 'xterm-256color' }, timestamp: last / 1000, title: header.title })}\n`,
  )

  const record = {
    output(text: string): void {
      if (text === '' || full) return
      pending += text
      if (units + pending.length > MAX_UNITS) {
        pending = `${pending.slice(0, MAX_UNITS - units)}\r\n\x1b[33m… the record is full; what follows is not kept …\x1b[0m\r\n`
        full = true
      }
      timer ??= setTimeout(flush, BATCH_MS)
    },
    mark(label: string): void {
      flush()
      line('m', label.slice(0, 200))
    },
    /** The last event: the exit code, or 128 and more for a signal, as a shell reports it. */
    exit(code: number): void {
      flush()
      line('x', String(code))
    },
    state: () => ({ units: units + pending.length, lastLine: toLastLine(tail + pending), lastOutputAt }),
    tail: () => (tail + pending).slice(-TAIL),
    flush,
    close(): void {
      flush()
      closeSync(cast)
      closeSync(plain)
    },
  }
  return record

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    if (pending === '') return
    const text = pending
    pending = ''
    writeAll(plain, Buffer.from(text, 'utf16le'))
    line('o', text)
    units += text.length
    tail = (tail + text).slice(-TAIL)
    lastOutputAt = last
    changed()
  }

  function line(kind: 'o' | 'm' | 'x', data: string): void {
    const now = Date.now()
    writeAll(cast, Buffer.from(`${JSON.stringify([Math.max(0, now - last) / 1000, kind, data])}\n`))
    last = now
  }
}
export type TerminalRecord = ReturnType<typeof createRecord>

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}
