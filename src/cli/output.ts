import { toColour, unpaint } from './paint.ts'
import { stripControls } from './terminal-text.ts'

/** Where a verb's words go. Whatever is written as a line is free of control characters afterwards. */
export type Out = {
  readonly tty: boolean
  line(text?: string): void
  /** As it is, without a line end: terminal records and artifacts. */
  raw(text: string): void
  flush(): Promise<void>
}

type Stream = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'once'>
type Env = Readonly<Record<string, string | undefined>>

export function createOut(stream: Stream, env: Env): Out {
  const tty = stream.isTTY === true
  const coloured = tty && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  const unicode = speaksUtf8(env)
  return {
    tty,
    line(text = '') {
      const safe = stripControls(unicode ? text : toAscii(text))
      stream.write(`${coloured ? toColour(safe) : unpaint(safe)}\n`)
    },
    raw(text) {
      stream.write(text)
    },
    flush: () => new Promise((done) => stream.write('', () => done())),
  }
}

export function speaksUtf8(env: Env): boolean {
  return /utf-?8/i.test(env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '')
}

const ascii: Readonly<Record<string, string>> = {
  '◌': '.',
  '□': '.',
  '▹': '>',
  '◔': '~',
  '◐': '~',
  '◑': '~',
  '●': 'o',
  '◆': '*',
  '✓': '+',
  '✕': 'x',
  '✖': 'x',
  '⊘': '-',
  '↷': '-',
  '≀': '?',
  '◷': '!',
  '▲': '!',
  '·': '-',
  '—': '-',
  '–': '-',
  '−': '-',
  '…': '...',
  '→': '->',
}
const unsafe = new RegExp(`[${Object.keys(ascii).join('')}]`, 'g')

/** REEF's own signs for a terminal that knows only ASCII. What people wrote stays as they wrote it. */
export const toAscii = (text: string): string => text.replace(unsafe, (sign) => ascii[sign] ?? sign)
