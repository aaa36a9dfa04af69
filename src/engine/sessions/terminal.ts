import type { SessionEvent } from './driver.ts'

/** A tool's output in the record; the whole of it stands in events.jsonl. */
const MAX_OUTPUT = 16_000

const style = (code: string, text: string): string => `\x1b[${code}m${text}\x1b[0m`
const lines = (text: string): string => text.replaceAll(/\r?\n/g, '\r\n')
const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')

export type Shown = {
  /** What is appended to the terminal record. */
  readonly text: string
  /** A marker at this place, for jumping from call to call (U-93). */
  readonly mark?: string
}

/** Turns the events of a program that has no terminal into the text of one (R-084): what it says, what it does, what came of it. */
export function createTerminal(): (event: SessionEvent) => Shown {
  let open = false
  const block = (text: string): string => {
    const begun = open ? '\r\n' : ''
    open = false
    return `${begun}${lines(text)}\r\n`
  }
  return (event) => {
    switch (event.kind) {
      case 'piece':
        open = true
        return { text: lines(event.text) }
      case 'said':
        return { text: open ? block('').slice(2) : block(event.text) }
      case 'tool-start':
        return { text: block(style('36;1', event.line)), mark: event.line.split('\n')[0] ?? event.line }
      case 'tool-end': {
        const output = clip(event.output.trimEnd())
        const failed = event.failed ? `${style('31', '  ✕ failed')}\n` : ''
        return { text: output || failed ? block(`${output ? `${style('2', indent(output))}\n` : ''}${failed}`.trimEnd()) : '' }
      }
      case 'notice':
        return { text: block(style(event.level === 'error' ? '31' : event.level === 'warn' ? '33' : '2', event.text)) }
      case 'result':
        return { text: event.ok ? '' : block(style('31', event.error ?? 'failed')) }
    }
  }
}

function clip(text: string): string {
  if (text.length <= MAX_OUTPUT) return text
  return `${text.slice(0, MAX_OUTPUT / 2)}\n… ${text.length - MAX_OUTPUT} characters left out …\n${text.slice(-MAX_OUTPUT / 2)}`
}

/** The last line a person would read on the terminal, without its colours; null when there is none. */
export function toLastLine(tail: string): string | null {
  const plain = stripEscapes(tail)
  const line = plain
    .split(/[\r\n]+/)
    .map((one) => one.trim())
    .findLast((one) => one !== '')
  return line ? line.slice(0, 200) : null
}

export function stripEscapes(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are made of control characters.
  return text.replaceAll(/\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)?|\[[0-?]*[ -/]*[@-~]?|[@-Z\\-_])/g, '')
}
