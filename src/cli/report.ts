import type { ApprovalView } from '../contract/approvals.ts'
import type { ReleaseView } from '../contract/delivery.ts'
import type { PlanId } from '../contract/ids.ts'
import type { EvidenceView } from '../contract/quality.ts'
import type { PlanView, RequestView, TaskView } from '../contract/queue.ts'
import type { Client } from './connect.ts'
import type { Ending, Watched } from './watched.ts'

export type Endpoint = { readonly url: string; readonly status: number; readonly ms: number; readonly body: string }

/** What `--wait --json` prints. Its schema is WaitReport in shapes.ts. */
export type Report = {
  readonly ok: boolean
  readonly ending: Ending['kind']
  /** Why it is not ok, one sentence each. */
  readonly problems: readonly string[]
  readonly request: RequestView
  readonly plan: PlanView | null
  readonly tasks: readonly TaskView[]
  readonly evidence: readonly EvidenceView[]
  readonly releases: readonly ReleaseView[]
  readonly endpoint: Endpoint | null
  readonly approvals: readonly ApprovalView[]
  readonly audit: { readonly ok: boolean; readonly rows: number; readonly head: string }
  readonly spend: { readonly total: number; readonly calls: number }
  readonly durationMs: number
  readonly rehearsal: boolean
}

type Facts = Omit<Report, 'ok' | 'problems'> & { readonly sentence: string }

const BODY_BYTES = 2048
const PAGE = 1000

/** Collects what the end of a plan is judged by, from the engine and from the product itself. */
export async function collectReport(client: Client, { watched, ending, startedAt }: { watched: Watched; ending: Ending; startedAt: number }): Promise<Report> {
  const request = await client.request.get({ id: watched.request.id })
  const planId = request.planId ?? watched.plan?.id
  const detail = planId === undefined ? undefined : await client.plan.get({ id: planId })
  const plan = detail?.plan ?? null
  const [evidence, approvals, spend, endpoint] = await Promise.all([
    readEvidence(client, detail?.tasks ?? []),
    plan ? client.approval.list({ limit: PAGE }).then((answer) => answer.approvals.filter((one) => one.planId === plan.id)) : [],
    plan ? readSpend(client, plan.id) : { total: 0, calls: 0 },
    plan?.endpoint ? probe(plan.endpoint) : null,
  ])
  const { ok, rows, head } = await client.audit.verify()
  return toReport({
    ending: ending.kind,
    sentence: ending.sentence,
    request,
    plan,
    tasks: detail?.tasks ?? [],
    evidence,
    releases: detail?.releases ?? [],
    endpoint,
    approvals,
    audit: { ok, rows, head },
    spend,
    durationMs: Date.now() - startedAt,
    rehearsal: request.rehearsal,
  })
}

/** "Ok" is a judgement over all of it, never the plan's own word alone. A plan that was only to be made is ok when it is made. */
export function toReport({ sentence, ...facts }: Facts): Report {
  const problems = facts.ending === 'planned' ? [] : findProblems(facts, sentence)
  if (!facts.audit.ok) problems.push('The audit record is broken.')
  return { ok: problems.length === 0, problems, ...facts }
}

function findProblems({ ending, tasks, evidence, endpoint }: Omit<Facts, 'sentence'>, sentence: string): string[] {
  const problems = ending === 'done' ? [] : [sentence]
  const proved = new Set<string>(evidence.filter((one) => one.verdict !== 'failed').map((one) => one.taskId))
  for (const task of tasks) {
    if (task.state !== 'done') problems.push(`${task.key} ${task.title} is not done (${task.state})${task.error ? `: ${task.error}` : '.'}`)
    else if (!proved.has(task.id)) problems.push(`${task.key} ${task.title} is done without evidence.`)
  }
  if (endpoint && (endpoint.status === 0 || endpoint.status >= 500))
    problems.push(`${endpoint.url} ${endpoint.status === 0 ? 'does not answer' : `answers ${endpoint.status}`}.`)
  return problems
}

async function readEvidence(client: Client, tasks: readonly TaskView[]): Promise<EvidenceView[]> {
  const found: EvidenceView[] = []
  for (let at = 0; at < tasks.length; at += 8) {
    const details = await Promise.all(tasks.slice(at, at + 8).map((task) => client.task.get({ id: task.id })))
    found.push(...details.flatMap((detail) => detail.evidence))
  }
  return found
}

async function readSpend(client: Client, planId: PlanId): Promise<Report['spend']> {
  let total = 0
  let count = 0
  for (let before: string | undefined; ; ) {
    const { calls } = await client.spend.calls({ planId, limit: PAGE, ...(before ? { before } : {}) })
    for (const call of calls) total += call.cost
    count += calls.length
    const last = calls.at(-1)?.id
    if (calls.length < PAGE || last === before) return { total, calls: count }
    before = last
  }
}

/** One GET to the product. Status 0: no answer; the body then says why. */
export async function probe(url: string): Promise<Endpoint> {
  const startedAt = performance.now()
  const ms = () => Math.round(performance.now() - startedAt)
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000), redirect: 'follow' })
    return { url, status: answer.status, ms: ms(), body: await readStart(answer) }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    return { url, status: 0, ms: ms(), body: cause }
  }
}

async function readStart(answer: Response): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of answer.body ?? []) {
    pieces.push(piece as Uint8Array)
    bytes += (piece as Uint8Array).length
    if (bytes >= BODY_BYTES) break
  }
  return new TextDecoder().decode(Buffer.concat(pieces).subarray(0, BODY_BYTES))
}
