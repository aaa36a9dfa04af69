import { StringDecoder } from 'node:string_decoder'

/** Cuts a byte stream into lines without their newline. A last line without newline comes out at `end`. */
export function createLines(onLine: (line: string) => void): { push(chunk: Uint8Array | string): void; end(): void } {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return {
    push(chunk) {
      rest += typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk))
      let at = rest.indexOf('\n')
      while (at >= 0) {
        onLine(rest.slice(0, at).replace(/\r$/, ''))
        rest = rest.slice(at + 1)
        at = rest.indexOf('\n')
      }
    },
    end() {
      rest += decoder.end()
      if (rest) onLine(rest)
      rest = ''
    },
  }
}
