/** The body is not one that can be billed: it names something twice, or is no JSON object. */
export class UnreadableBody extends Error {}

/** A field of the outermost level: where its value stands, and what it is. */
type Field = { readonly start: number; readonly end: number; readonly value: unknown }

/** A request body and those of its outermost fields that decide what it costs. */
export type ScannedBody = {
  readonly bytes: Buffer
  readonly model: string | undefined
  readonly fields: ReadonlyMap<string, Field>
  /** Where the last brace stands. */
  readonly end: number
}

/** What becomes of an OpenAI chat stream's `include_usage`: asked for, taken out, or none of our business. */
export type UsageWish = 'ask' | 'never' | 'leave'

const QUOTE = 34
const COLON = 58
const COMMA = 44
const BACKSLASH = 92
const OPEN = 123
const CLOSE = 125
const opens = (byte: number): boolean => byte === OPEN || byte === 91
const closes = (byte: number): boolean => byte === CLOSE || byte === 93

/** Fields that are looked at; everything else is passed over, however long. */
const kept = new Set([
  'model',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'n',
  'service_tier',
  'thinking',
  'previous_response_id',
  'conversation',
])
/** No value of these is longer than this. */
const MOST_KEPT = 8192

/**
 * Reads the outermost level of a JSON object and leaves everything below it alone. Linear in the body's length; text is passed
 * over at the speed of a byte search. Throws UnreadableBody for what is no object, or names one of these fields twice.
 */
export function scanBody(bytes: Buffer): ScannedBody {
  const fields = new Map<string, Field>()
  let at = skipSpace(bytes, 0)
  if (bytes[at] !== OPEN) throw notAnObject()
  at = skipSpace(bytes, at + 1)
  while (bytes[at] !== CLOSE) {
    if (bytes[at] !== QUOTE) throw notAnObject()
    const nameEnd = endOfString(bytes, at)
    const name = String(parse(bytes, at, nameEnd))
    at = skipSpace(bytes, nameEnd)
    if (bytes[at] !== COLON) throw notAnObject()
    const start = skipSpace(bytes, at + 1)
    const end = endOfValue(bytes, start)
    if (kept.has(name)) {
      if (fields.has(name)) throw new UnreadableBody(`the body names its ${name} twice`)
      if (end - start > MOST_KEPT) throw new UnreadableBody(`the ${name} in the body is longer than any has to be`)
      fields.set(name, { start, end, value: parse(bytes, start, end) })
    }
    at = skipSpace(bytes, end)
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1)
    else if (bytes[at] !== CLOSE) throw notAnObject()
  }
  if (skipSpace(bytes, at + 1) < bytes.length) throw notAnObject()
  return { bytes, model: toModel(fields.get('model')?.value), fields, end: at }
}

/** What to send instead of what came; what is not named stays byte for byte. */
export type Changes = {
  readonly model?: string
  /** Of these fields, the ones that are there; the first is added when none is. */
  readonly limit?: { readonly names: readonly [string, ...string[]]; readonly value: number }
  readonly usage: UsageWish
}

/** The body as it is sent, and whether its answer brings a usage chunk that the caller did not ask for. */
export function changeBody({ bytes, model, fields, end }: ScannedBody, changes: Changes): { readonly body: Buffer; readonly asksUsage: boolean } {
  const edits: Array<{ start: number; end: number; text: string }> = []
  const added: string[] = []
  const put = (name: string, value: unknown) => {
    const field = fields.get(name)
    if (field) edits.push({ start: field.start, end: field.end, text: JSON.stringify(value) })
    else added.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`)
  }
  if (changes.model !== undefined && changes.model !== model) put('model', changes.model)
  if (changes.limit) {
    const { names, value } = changes.limit
    const present = names.filter((name) => fields.get(name)?.value != null)
    for (const name of present.length > 0 ? present : names.slice(0, 1)) put(name, value)
  }
  const options = fields.get('stream_options')?.value
  const isObject = typeof options === 'object' && options !== null
  const asksUsage =
    changes.usage === 'ask' &&
    fields.get('stream')?.value === true &&
    (options == null || (isObject && (options as { include_usage?: unknown }).include_usage !== true))
  if (asksUsage) put('stream_options', { ...(options as object | null | undefined), include_usage: true })
  if (changes.usage === 'never' && isObject) put('stream_options', { ...options, include_usage: undefined })
  return { body: edits.length + added.length === 0 ? bytes : splice(bytes, end, edits, added, fields.size > 0), asksUsage }
}

function splice(bytes: Buffer, end: number, edits: Array<{ start: number; end: number; text: string }>, added: readonly string[], hasFields: boolean): Buffer {
  const pieces: Buffer[] = []
  let from = 0
  for (const edit of edits.sort((a, b) => a.start - b.start)) {
    pieces.push(bytes.subarray(from, edit.start), Buffer.from(edit.text))
    from = edit.end
  }
  pieces.push(bytes.subarray(from, end))
  if (added.length > 0) pieces.push(Buffer.from(`${hasFields ? ',' : ''}${added.join(',')}`))
  pieces.push(bytes.subarray(end))
  return Buffer.concat(pieces)
}

function toModel(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(value)) throw new UnreadableBody('the model in the body is no name')
  return value
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && (bytes[at] as number) <= 32) at++
  return at
}

/** Just after the quote that ends the string that begins at `from`. */
function endOfString(bytes: Buffer, from: number): number {
  for (let quote = bytes.indexOf(QUOTE, from + 1); quote > 0; quote = bytes.indexOf(QUOTE, quote + 1)) {
    let slashes = 0
    while (bytes[quote - 1 - slashes] === BACKSLASH) slashes++
    if (slashes % 2 === 0) return quote + 1
  }
  throw notAnObject()
}

function endOfValue(bytes: Buffer, from: number): number {
  const first = bytes[from] ?? 0
  if (first === QUOTE) return endOfString(bytes, from)
  let at = from
  if (!opens(first)) {
    while (at < bytes.length && bytes[at] !== COMMA && bytes[at] !== CLOSE && (bytes[at] as number) > 32) at++
    if (at === from) throw notAnObject()
    return at
  }
  for (let depth = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte === QUOTE) at = endOfString(bytes, at) - 1
    else if (opens(byte)) depth++
    else if (closes(byte) && --depth === 0) return at + 1
  }
  throw notAnObject()
}

function parse(bytes: Buffer, start: number, end: number): unknown {
  try {
    return JSON.parse(bytes.toString('utf8', start, end))
  } catch {
    throw new UnreadableBody('the body is not valid JSON')
  }
}

const notAnObject = () => new UnreadableBody('the body is not one JSON object')
