import type { Refusal } from '../contract/errors.ts'

/** 0 done; 1 failed or refused; 2 the command itself is wrong; 3 no engine runs on the data directory. */
export type ExitCode = 0 | 1 | 2 | 3

/** How a verb gives up: what to say and which code to leave with. Thrown anywhere, printed once, in reef.ts. */
export class CliFailure extends Error {
  readonly exit: ExitCode
  readonly refusal: Refusal
  constructor(exit: ExitCode, refusal: Refusal) {
    super(refusal.message)
    this.exit = exit
    this.refusal = refusal
  }
}

export const usageFailure = (message: string, more: { field?: string; remedy?: string } = {}): CliFailure =>
  new CliFailure(2, { code: 'input/invalid', message, ...more })

export const notRunning = (dataDir: string, why: string): CliFailure =>
  new CliFailure(3, { code: 'engine/not-running', message: `No engine runs on ${dataDir} (${why}).`, remedy: 'start it with: npx reef start' })

/** Turns whatever a verb threw into what the caller is told. An error nobody foresaw becomes `internal`, never silence. */
export async function toFailure(error: unknown, dataDir: string): Promise<CliFailure> {
  if (error instanceof CliFailure) return error
  const cause = connectionCause(error)
  if (cause !== undefined) return notRunning(dataDir, cause)
  const { ORPCError } = await import('@orpc/client')
  if (error instanceof ORPCError) {
    const refusal = toRefusal(error)
    return new CliFailure(await exitFor(refusal.code, error.status), refusal)
  }
  return new CliFailure(1, { code: 'internal', message: error instanceof Error ? error.message : String(error) })
}

/** A refusal of what was given (400, 413, 422) is the caller's mistake; a refusal of what is asked for is a failure. */
async function exitFor(code: string, status: number): Promise<ExitCode> {
  const { errorCodes } = await import('../contract/errors.ts')
  const known = (errorCodes as Record<string, number>)[code] ?? status
  return known === 400 || known === 413 || known === 422 ? 2 : 1
}

type RpcError = { readonly code: string; readonly status: number; readonly message: string; readonly data: unknown }

export function toRefusal(error: RpcError): Refusal {
  if (isRefusal(error.data)) return error.data
  const issue = firstIssue(error.data)
  if (issue) return { code: 'input/invalid', message: issue.message, ...(issue.field ? { field: issue.field } : {}) }
  if (error.status === 401 || error.status === 403) {
    return {
      code: 'auth/refused',
      message: 'The engine refused the token of this data directory.',
      remedy: 'check that --data-dir names the directory the running engine uses',
    }
  }
  return { code: error.status === 400 ? 'input/invalid' : 'internal', message: error.message }
}

/** Why the engine could not be reached, or undefined when this is another kind of error. */
export function connectionCause(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = 'code' in at ? String(at.code) : ''
    if (code === 'ECONNREFUSED') return 'connection refused'
    if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET') return 'connection lost'
  }
  return undefined
}

function isRefusal(data: unknown): data is Refusal {
  return typeof data === 'object' && data !== null && 'code' in data && 'message' in data && typeof data.code === 'string' && typeof data.message === 'string'
}

function firstIssue(data: unknown): { message: string; field: string } | undefined {
  const issues = typeof data === 'object' && data !== null && 'issues' in data ? data.issues : undefined
  if (!Array.isArray(issues) || issues.length === 0) return undefined
  const issue = issues[0] as { message?: unknown; path?: readonly PropertyKey[] }
  return { message: String(issue.message ?? 'invalid input'), field: fieldName(issue.path ?? []) }
}

/** A path as a person writes it: tasks[2].budgetUsd */
export function fieldName(path: readonly PropertyKey[]): string {
  return path.map((part, at) => (typeof part === 'number' ? `[${part}]` : at === 0 ? String(part) : `.${String(part)}`)).join('')
}

/** One or two lines for people: "message (field) — remedy". */
export function toSentence({ message, field, remedy }: Refusal): string {
  const named = field !== undefined && !message.includes(field)
  const what = named || remedy ? message.replace(/\.$/, '') : message
  return `${what}${named ? ` (${field})` : ''}${remedy ? ` — ${remedy}` : ''}`
}
