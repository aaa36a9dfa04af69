import type { AttemptId, EvidenceId, EvidenceView, TaskId } from '../../contract/index.ts'
import type { Append, Redact } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/id.ts'
import type { Logger } from '../kernel/logger.ts'
import { type ReadDb, type WriteDb, write } from '../store/index.ts'
import { checkChange, checkFiles } from './checks/change.ts'
import { findCommands, type Machine, runCommand } from './checks/commands.ts'
import { reviewChange, toWaiver } from './checks/review.ts'
import { type Finding, needsReview, type Proof, type Subject, toError, toProof } from './evidence.ts'
import type { GateAnswer, GateInput, Review } from './gate.ts'
import { createQualityReader, createQualityStore } from './quality.store.ts'

export type QualityDeps = Machine & {
  readonly db: WriteDb
  readonly reader: ReadDb
  readonly clock: Clock
  readonly append: Append
  readonly logger: Logger
  /** Applied to everything that is kept: a key that a test prints is not in the evidence. */
  readonly redact: Redact
  /** Keeps a command's whole output by its hash, which the evidence then carries. */
  readonly keep: (text: string) => Promise<string>
}

/**
 * The gate: what a machine saw on one commit, one row for each check. A row is never changed; a gate that is run again, e.g. after a
 * crash, does only what is not recorded yet and comes to the same answer.
 */
export function createQuality({ db, reader: readDb, clock, append, logger, redact, nodePath, cage, keep }: QualityDeps) {
  const store = createQualityStore(db)
  const reader = createQualityReader(readDb)

  function record({ taskId, attemptId, headSha, ...finding }: Subject & Finding): void {
    write(db, () => {
      const evidence = store.insert(headSha, {
        id: newId('evd', clock) as EvidenceId,
        attemptId,
        taskId,
        kind: finding.kind,
        name: finding.name,
        verdict: finding.verdict,
        exitCode: finding.exitCode ?? null,
        durationMs: Math.round(finding.durationMs),
        hash: finding.hash,
        summary: redact(finding.summary),
        model: finding.model ?? null,
        at: clock.now(),
      })
      if (evidence) append({ type: 'evidence.recorded', subject: evidence.id, correlationId: store.planOf(taskId), data: evidence })
    })
  }

  const prove = (attemptId: AttemptId, headSha: string): Proof | undefined => {
    const kind = store.kindOf(attemptId)
    return kind && toProof({ attemptId, headSha }, kind, store.ofHead(attemptId, headSha))
  }

  async function gate(input: GateInput, review: Review): Promise<GateAnswer> {
    const subject: Subject = { taskId: input.taskId, attemptId: input.attemptId, headSha: input.headSha }
    const seen = () => store.ofHead(input.attemptId, input.headSha)
    const has = (kind: EvidenceView['kind'], name: string) => seen().some((item) => item.kind === kind && item.name === name)
    const hasFailed = () => seen().some((item) => item.verdict === 'failed')
    const failed = (evidence = seen()): GateAnswer => ({ kind: 'failed', error: toError(evidence), evidence })

    const unseen = input.outputs.filter((path) => !has('file', path))
    if (unseen.length > 0 || !has('commit', 'change')) {
      const files = await checkFiles({ cwd: input.cwd, outputs: unseen })
      const change = await checkChange(input, files.every((file) => file.verdict === 'passed') && !hasFailed())
      write(db, () => {
        for (const finding of [...change, ...files]) record({ ...subject, ...finding })
      })
    }
    if (hasFailed()) return failed()

    for (const command of findCommands(input.cwd, input.kind)) {
      if (has('command', command.name)) continue
      const { finding, output } = await runCommand(command, input, { nodePath, cage })
      if (input.signal?.aborted) return { kind: 'inconclusive', reason: 'the gate was stopped' }
      record({ ...subject, ...finding, hash: await keep(redact(output)) })
      if (command.first && finding.verdict === 'failed') break
    }
    if (hasFailed()) return failed()

    if (needsReview(input.kind) && !has('review', 'review')) {
      if (input.review === 'waived') record({ ...subject, ...toWaiver('the owner, in the plan') })
      else {
        const result = await reviewChange(input, review, seen(), () => clock.now())
        if (result.kind === 'inconclusive') return result
        record({ ...subject, ...result.finding })
      }
    }
    if (hasFailed()) return failed()
    const proof = prove(input.attemptId, input.headSha)
    if (proof) return { kind: 'passed', proof }
    logger.info({ attempt: input.attemptId, kind: input.kind }, 'the gate found nothing to check')
    return { kind: 'failed', error: toEmptyError(input), evidence: seen() }
  }

  return {
    gate,
    prove,
    /** What the engine itself saw, e.g. a merge or a product that answers. The same check of the same commit is recorded once. */
    record: (finding: Subject & Finding): void => record(finding),
    /** The owner takes this commit without a review. */
    waiveReview: ({ by, ...subject }: Subject & { by: string }): void => record({ ...subject, ...toWaiver(by) }),
    list: (taskId: TaskId): EvidenceView[] => reader.ofTask(taskId),
    listAttempt: (attemptId: AttemptId): EvidenceView[] => reader.ofAttempt(attemptId),
  }
}
export type Quality = ReturnType<typeof createQuality>

/** Nothing failed, and nothing passed either: that is not done. */
const toEmptyError = ({ kind }: GateInput): string =>
  kind === 'qa'
    ? 'There is nothing that could be tested: the project has no test, lint, type check or build that could run, and none was added. Add tests that check what was asked.'
    : 'Nothing was left that could be checked: no file changed and no output was declared. Write the result into a file of the project.'
