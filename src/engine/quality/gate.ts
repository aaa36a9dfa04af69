import type { AttemptId, EvidenceView, TaskId, TaskKind } from '../../contract/index.ts'
import type { Proof } from './evidence.ts'

export type GateInput = {
  readonly taskId: TaskId
  readonly attemptId: AttemptId
  readonly kind: TaskKind
  /** The worktree, as the attempt left it, at `headSha`. */
  readonly cwd: string
  readonly baseSha: string
  readonly headSha: string
  /** Declared files, relative to the worktree. */
  readonly outputs: readonly string[]
  readonly review: 'required' | 'waived'
  readonly title: string
  readonly instructions: string
  readonly agent: string
  /** PROVIDER/MODEL that built it; the reviewer's must differ (C-17). */
  readonly builderModel: string
  /** Most that one command may take. */
  readonly timeoutMs: number
  /** Value of REEF_ATTEMPT for every process of the gate; whatever still carries it afterwards is killed. */
  readonly mark: string
  readonly signal?: AbortSignal
}

export type GateAnswer =
  | { readonly kind: 'passed'; readonly proof: Proof }
  /** `error` goes back to the builder. */
  | { readonly kind: 'failed'; readonly error: string; readonly evidence: readonly EvidenceView[] }
  /** No reviewer could judge it: neither passed nor failed, and the owner's move. */
  | { readonly kind: 'inconclusive'; readonly reason: string }

export type ReviewInput = {
  readonly diff: string
  readonly truncated: boolean
  readonly title: string
  readonly instructions: string
  readonly evidence: readonly EvidenceView[]
}
export type ReviewAnswer = {
  readonly verdict: 'pass' | 'fail' | 'inconclusive'
  readonly summary: string
  readonly findings: readonly { readonly file: string | null; readonly line: number | null; readonly text: string }[]
  /** PROVIDER/MODEL that judged. */
  readonly model: string
}
export type Review = (input: ReviewInput) => Promise<ReviewAnswer>

/** Kinds whose worktree must hold a change, unless every declared file is there. */
export const needsChange = (kind: TaskKind): boolean => kind === 'build' || kind === 'work' || kind === 'integrate'
