import type { DriverName, SessionView, WireFormat } from '../../contract/index.ts'

/**
 * The port between REEF and a program that works for it. A driver is three pure functions: how the program is started, what
 * a line of its output means, and whether it ended well. It never starts anything itself, never throws after `plan`, and is
 * used on both sides: the engine plans, the session host reads and judges.
 */
export type Driver = {
  readonly name: DriverName
  /** Which wires its program can speak; null when it calls no model. */
  readonly wires: readonly WireFormat[] | null
  /** Its program is given REEF's MCP server, over which a builder may ask for an effect outside of its worktree. */
  readonly door?: true
  plan(order: DriverOrder, paths: DriverPaths): DriverPlan
  /** One line of standard output. A line it does not know means nothing; it is kept in events.jsonl all the same. */
  read(line: string): SessionEvent[]
  judge(ending: Ending, heard: Heard): Verdict
}

export type DriverOrder = {
  readonly role: SessionView['role']
  readonly agent: string
  /** The provider's own name of the model. */
  readonly model: string | null
  readonly wire: WireFormat | null
  readonly cwd: string
  readonly systemPrompt: string
  readonly prompt: string
  /** Without a path; a wire that wants /v1 adds it. */
  readonly gatewayUrl: string
  readonly token: string
  readonly argv?: readonly [string, ...string[]]
  readonly outputs: readonly string[]
  readonly budgetUsd: number | null
  readonly temperature: number
  /** The cage is on: the program's own sandbox, which cannot nest, may be off. */
  readonly caged: boolean
}

export type DriverPaths = {
  /** HOME of this session, writable. */
  readonly home: string
  readonly node: string
  /** The program itself; for a script, what Node is given. */
  readonly program: string
}

export type DriverPlan = {
  readonly argv: readonly [string, ...string[]]
  /** Added to the environment that every session has. The token goes here and nowhere else. */
  readonly env: Readonly<Record<string, string>>
  /** Written before the start, absolute paths below `home`; never with the token in them. */
  readonly files: ReadonlyArray<{ readonly path: string; readonly text: string }>
  readonly stdin: string | null
  readonly pty: boolean
}

export type SessionEvent =
  /** A part of what the model is saying, shown as it comes. */
  | { readonly kind: 'piece'; readonly text: string }
  /** A whole statement of the model; shown unless its pieces were. The last one is the session's text. */
  | { readonly kind: 'said'; readonly text: string }
  /** `line` is what a person reads: "$ npm test", "✎ src/x.ts". */
  | { readonly kind: 'tool-start'; readonly id: string; readonly line: string }
  | { readonly kind: 'tool-end'; readonly id: string; readonly output: string; readonly failed: boolean }
  | { readonly kind: 'notice'; readonly level: 'info' | 'warn' | 'error'; readonly text: string }
  /** The program's own verdict on its run; the last one counts. */
  | { readonly kind: 'result'; readonly ok: boolean; readonly text: string; readonly error: string | null }

export type StopReason = 'cancelled' | 'killed_budget' | 'timed_out'
export type Ending = { readonly exitCode: number | null; readonly signal: string | null; readonly stopped: StopReason | null }
export type Outcome = 'succeeded' | 'failed' | 'interrupted' | StopReason
export type Verdict = { readonly outcome: Outcome; readonly message: string; readonly text: string }

/** What is remembered of a program's output for the verdict. */
export type Heard = {
  readonly text: string
  readonly result: { readonly ok: boolean; readonly text: string; readonly error: string | null } | null
  /** The last error it reported, when it did nothing more since. */
  readonly complaint: string | null
  /** The end of its standard error, or of its terminal. */
  readonly tail: string
}

export const heardNothing: Heard = { text: '', result: null, complaint: null, tail: '' }

export function hear(heard: Heard, event: SessionEvent): Heard {
  if (event.kind === 'said') return { ...heard, text: event.text, complaint: null }
  if (event.kind === 'piece' || event.kind === 'tool-start') return { ...heard, complaint: null }
  if (event.kind === 'result') return { ...heard, result: event }
  if (event.kind === 'notice' && event.level === 'error') return { ...heard, complaint: event.text }
  return heard
}

const stopWords: Record<StopReason, string> = {
  cancelled: 'stopped by request',
  killed_budget: 'stopped because its budget is used up',
  timed_out: 'stopped because it ran out of time',
}

/** The common part of a verdict: a stop is a stop whatever the program said, and success needs both the program's word and exit code 0. */
export function toVerdict(ending: Ending, heard: Heard, ok: boolean): Verdict {
  const text = heard.result?.text || heard.text
  if (ending.stopped) return { outcome: ending.stopped, message: stopWords[ending.stopped], text }
  if (ok) return { outcome: 'succeeded', message: 'ended well', text }
  const how = ending.signal ? `ended by ${ending.signal}` : `exit code ${ending.exitCode}`
  const why = heard.result?.error ?? heard.complaint ?? lastLines(heard.tail)
  return { outcome: 'failed', message: why ? `${why} (${how})` : how, text }
}

/** True for the words in which programs report that nothing answered them, as opposed to an answer they did not like. */
export function isConnectionTrouble(message: string): boolean {
  return /ECONNREFUSED|ECONNRESET|EPIPE|UND_ERR|connection ?(was )?(refused|reset|closed|error)|socket (hang up|connection)|fetch failed|\bterminated\b|unable to connect|stream disconnected|error sending request|network error/i.test(
    message,
  )
}

function lastLines(text: string): string {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-3)
    .join(' · ')
    .slice(-400)
}

/** JSON, or undefined: programs print other things too. */
export function parseLine(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** How a tool call is shown: the tools that every program has in one way, the others by name. */
export function toToolLine(name: string, input: Readonly<Record<string, unknown>>): string {
  const path = input['file_path'] ?? input['path'] ?? input['notebook_path']
  const word = name.toLowerCase()
  if ((word === 'bash' || word === 'shell') && typeof input['command'] === 'string') return `$ ${input['command']}`
  if (typeof path === 'string' && /write|edit/.test(word)) return `✎ ${path}`
  if (typeof path === 'string' && word === 'read') return `▸ read ${path}`
  const rest = JSON.stringify(input)
  return `▸ ${name} ${rest.length > 160 ? `${rest.slice(0, 160)}…` : rest}`
}
