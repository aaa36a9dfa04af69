import { labels } from './read.ts'

/** Words that, with something after them, tell more than what a model says. */
const telling = /"(?:usage|error|finish_reason|timings|x_groq)"\s*:\s*(?!null|\s)/
const QUOTE = 34
const COLON = 58

/**
 * Where the JSON begins of a frame that says nothing but what a model says; undefined for one that has to be read as a whole. Nearly
 * every frame of a stream is of the first kind, and reading each of them costs more than all the rest of a call.
 */
export function findPlain(frame: string): number | undefined {
  const field = frame.startsWith('data:') ? 0 : frame.indexOf('\ndata:') + 1
  if (!frame.startsWith('data:', field)) return undefined
  const json = frame[field + 5] === ' ' ? field + 6 : field + 5
  return isPlain(frame, json) && !frame.includes('\ndata:', json) ? json : undefined
}

/** Bytes of what a model says in such a frame: never fewer than the text is long, and more only by what its escapes are longer than what they stand for. */
export function countPlain(frame: string, json: number): number {
  let bytes = 0
  for (let at = frame.indexOf('"delta":', json); at >= 0; at = frame.indexOf('"delta":', at + 1)) bytes += countAt(frame, at + 8)
  return bytes
}

function isPlain(frame: string, json: number): boolean {
  if (frame.startsWith('{"type":"content_block_delta"', json)) return true
  if (frame.startsWith('{"type":"response.', json)) return frame.startsWith('.delta"', frame.indexOf('"', json + 9) - 6)
  return frame.startsWith('{', json) && frame.includes('"choices":[{', json) && frame.includes('"delta":', json) && !telling.test(frame)
}

/** Bytes of all strings in the value that begins here, but for the names of its fields and what only labels. */
function countAt(text: string, from: number): number {
  let bytes = 0
  let depth = 0
  let isLabel = false
  for (let at = from; at < text.length; at++) {
    const char = text[at]
    if (text.charCodeAt(at) === QUOTE) {
      const { end, length } = readString(text, at + 1)
      if (text.charCodeAt(end + 1) === COLON) isLabel = labels.has(text.slice(at + 1, end))
      else if (!isLabel) bytes += length
      at = end
    } else if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') depth--
    if (depth <= 0 && char !== ' ') break
  }
  return bytes
}

/** Where a string ends, and at most how many bytes it stands for. */
function readString(text: string, from: number): { end: number; length: number } {
  let spare = 0
  let at = from
  for (;;) {
    const quote = text.indexOf('"', at)
    const end = quote < 0 ? text.length : quote
    const slash = text.indexOf('\\', at)
    if (slash < 0 || slash > end) return { end, length: end - from - spare }
    // Of four digits come three bytes at most.
    spare += text[slash + 1] === 'u' ? 3 : 1
    at = slash + 2
  }
}
