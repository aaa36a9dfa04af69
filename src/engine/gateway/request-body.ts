/** What the gateway needs to know of a request, read while its bytes go by. */
export type Known = { readonly model: string | undefined; readonly stream: boolean; readonly asksUsage: boolean; readonly asksHourCache: boolean }

/** The body is not one that can be billed: it names its model twice, or is no JSON object. */
export class UnreadableBody extends Error {}

const QUOTE = 34
const BACKSLASH = 92
const OPEN = new Set([123, 91])
const CLOSE = new Set([125, 93])
const MOST_KEPT = 4096
const INJECTED = '{"include_usage":true}'

/** What becomes of an OpenAI chat stream's `include_usage`: asked for, taken out, or none of our business. */
export type UsageWish = 'ask' | 'never' | 'leave'

/**
 * Reads the outermost level of a JSON object as its bytes pass and leaves everything below it alone, however long. With `ask`
 * a stream is asked for its usage: a missing `stream_options` is added before the last brace, an existing one gets the field;
 * with `never` an existing one loses it. Anything else comes out byte for byte.
 */
export function createRequestBody({ usage }: { usage: UsageWish }) {
  let depth = 0
  let inString = false
  let escaped = false
  let phase: 'key' | 'colon' | 'value' | 'after' = 'key'
  let key: string | undefined
  let kept = ''
  let keeping = false
  let replacing = false
  let ended = false
  let tail = Buffer.alloc(0)
  let model: string | undefined
  let stream = false
  let hasOptions = false
  let asksUsage = false
  let injected = false
  let asksHourCache = false

  return {
    known: (): Known => ({ model, stream, asksUsage, asksHourCache }),
    /** True when usage was asked for on the caller's behalf, so that its chunk is not his. */
    injected: (): boolean => injected,
    ended: (): boolean => ended,
    push(chunk: Buffer): Buffer[] {
      lookForHourCache(chunk)
      const out: Buffer[] = []
      let from = 0
      for (let i = 0; i < chunk.length; i++) {
        const byte = chunk[i] as number
        if (inString) {
          if (!keeping && !escaped) {
            const stop = nextInString(chunk, i)
            if (stop < 0) break
            i = stop
          }
          const at = chunk[i] as number
          keep(at)
          if (escaped) escaped = false
          else if (at === BACKSLASH) escaped = true
          else if (at === QUOTE) {
            inString = false
            if (depth === 1 && phase === 'key') endKey()
          }
          continue
        }
        if (byte <= 32) continue
        if (depth === 0) {
          if (byte !== 123 || ended) throw new UnreadableBody('the body is not one JSON object')
          depth = 1
          phase = 'key'
          continue
        }
        if (depth === 1 && phase === 'colon' && byte === 58) {
          phase = 'value'
          continue
        }
        if (depth === 1 && phase === 'value') {
          phase = 'after'
          keeping = key === 'model' || key === 'stream' || key === 'stream_options'
          replacing = usage !== 'leave' && key === 'stream_options'
          kept = ''
          if (replacing) {
            out.push(chunk.subarray(from, i))
            from = chunk.length
          }
        } else if (depth === 1 && phase === 'after' && (byte === 44 || byte === 125)) {
          const replacement = endValue()
          if (replacement !== undefined) {
            out.push(Buffer.from(replacement))
            from = i
          }
          if (byte === 44) {
            phase = 'key'
            continue
          }
          ended = true
          depth = 0
          if (usage === 'ask' && stream && !hasOptions) {
            out.push(chunk.subarray(from, i), Buffer.from(`,"stream_options":${INJECTED}`))
            from = i
            injected = true
          }
          continue
        }
        if (byte === QUOTE) {
          inString = true
          if (depth === 1 && phase === 'key') {
            keeping = true
            kept = ''
          }
        } else if (OPEN.has(byte)) depth++
        else if (CLOSE.has(byte)) depth--
        keep(byte)
      }
      if (!replacing && from < chunk.length) out.push(chunk.subarray(from))
      return out.filter((piece) => piece.length > 0)
    },
  }

  function keep(byte: number): void {
    if (!keeping) return
    // Bytes, not characters: they are put back together as UTF-8 when the value is read.
    if (kept.length < MOST_KEPT) kept += String.fromCharCode(byte)
    else throw new UnreadableBody('a name in the body is longer than any model has')
  }

  function endKey(): void {
    key = String(parse(kept))
    keeping = false
    phase = 'colon'
  }

  /** What to send in place of the value; undefined to leave it as it is. */
  function endValue(): string | undefined {
    const value = keeping ? parse(kept) : undefined
    keeping = false
    if (key === 'model') {
      if (model !== undefined) throw new UnreadableBody('the body names its model twice')
      if (typeof value !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(value)) throw new UnreadableBody('the model in the body is no name')
      model = value
    }
    if (key === 'stream') stream = value === true
    if (key !== 'stream_options') return undefined
    hasOptions = value !== null
    asksUsage = (value as { include_usage?: unknown } | null)?.include_usage === true
    if (!replacing) return undefined
    replacing = false
    const isObject = typeof value === 'object' && value !== null
    if (usage === 'never' && isObject) return JSON.stringify({ ...value, include_usage: undefined })
    if (usage === 'never' || asksUsage || (value !== null && !isObject)) return Buffer.from(kept, 'latin1').toString('utf8')
    hasOptions = true
    injected = true
    return JSON.stringify({ ...(value as object | null), include_usage: true })
  }

  /** `"ttl":"1h"` inside a string has backslashes before its quotes and is not meant. */
  function lookForHourCache(chunk: Buffer): void {
    if (asksHourCache) return
    const seam = Buffer.concat([tail, chunk.subarray(0, 16)])
    asksHourCache = [chunk, seam].some((bytes) => bytes.includes('"ttl":"1h"') || bytes.includes('"ttl": "1h"'))
    tail = Buffer.from(chunk.length >= 16 ? chunk.subarray(-16) : Buffer.concat([tail, chunk]).subarray(-16))
  }
}
export type RequestBody = ReturnType<typeof createRequestBody>

/** The next quote or backslash; -1 when the rest of the chunk is plain text. */
function nextInString(chunk: Buffer, from: number): number {
  const quote = chunk.indexOf(QUOTE, from)
  const end = quote < 0 ? chunk.length : quote
  for (let i = from; i < end; i++) if (chunk[i] === BACKSLASH) return i
  return quote
}

function parse(kept: string): unknown {
  try {
    return JSON.parse(Buffer.from(kept, 'latin1').toString('utf8'))
  } catch {
    throw new UnreadableBody('the body is not valid JSON')
  }
}
