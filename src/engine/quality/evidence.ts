import { createHash } from 'node:crypto'
import type { AttemptId, EvidenceView, TaskId, TaskKind } from '../../contract/index.ts'

/** One result of a check, before it has an id and a time. */
export type Finding = {
  readonly kind: EvidenceView['kind']
  /** Unique among the checks of one commit. */
  readonly name: string
  readonly verdict: EvidenceView['verdict']
  readonly summary: string
  readonly hash: string
  readonly durationMs: number
  readonly exitCode?: number | null
  readonly model?: string | null
}

/** What a finding is about: one commit of one attempt. */
export type Subject = { readonly taskId: TaskId; readonly attemptId: AttemptId; readonly headSha: string }

declare const proven: unique symbol
/** The gate's word that this commit of this attempt may be called done. Nothing but this module can make one. */
export type Proof = { readonly attemptId: AttemptId; readonly headSha: string; readonly [proven]: true }

/** Kinds of task whose change another model must have read (R-225). */
export const needsReview = (kind: TaskKind): boolean => kind === 'build' || kind === 'integrate'

/** Undefined unless something passed, nothing failed, and the review that the kind asks for has passed or was waived. */
export function toProof(
  subject: Pick<Subject, 'attemptId' | 'headSha'>,
  kind: TaskKind,
  evidence: readonly Pick<EvidenceView, 'kind' | 'verdict'>[],
): Proof | undefined {
  const passed = evidence.some((item) => item.verdict === 'passed')
  const failed = evidence.some((item) => item.verdict === 'failed')
  const reviewed = evidence.some((item) => item.kind === 'review' && item.verdict !== 'failed')
  if (!passed || failed || (needsReview(kind) && !reviewed)) return undefined
  return { attemptId: subject.attemptId, headSha: subject.headSha } as Proof
}

export const hashText = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex')

const MAX_LINES = 60
const MAX_CHARS = 8000
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours are made of them.
const ESCAPES = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007]*(?:\u0007|\u001b\\)/g

/** The end of an output, where programs say what went wrong: at most 60 lines, without colours. */
export function toTail(output: string): string {
  const lines = output.replaceAll(ESCAPES, '').replaceAll('\r\n', '\n').trimEnd().split('\n')
  return lines.slice(-MAX_LINES).join('\n').slice(-MAX_CHARS)
}

/** What the builder is told, made from the rows alone: after a crash it reads the same. */
export function toError(evidence: readonly Pick<EvidenceView, 'kind' | 'name' | 'verdict' | 'exitCode' | 'summary'>[]): string {
  return evidence
    .filter((item) => item.verdict === 'failed')
    .map((item) => {
      if (item.kind === 'command') return `\`${item.name}\` failed${item.exitCode === null ? '' : ` with exit code ${item.exitCode}`}:\n${item.summary}`
      if (item.kind === 'review') return `The review did not pass: ${item.summary}`
      return `${item.name}: ${item.summary}`
    })
    .join('\n\n')
}
