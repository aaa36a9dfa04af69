import type { PlanId, ReleaseId, TaskId } from '../../contract/index.ts'

/** Reads a file of the commit that is to be deployed; undefined when it has none. */
export type ReadSource = (path: string) => Promise<string | undefined>

/**
 * Everything that will be done, without a machine's paths in it: the same commit always gives the same plan, so that its hash is what
 * the owner approves and what is checked again before the act.
 */
export type TargetPlan = {
  /** Run in a clean copy of the commit, one after the other, before it is started. */
  readonly prepare: ReadonlyArray<readonly [string, ...string[]]>
  readonly argv: readonly [string, ...string[]]
  /** What `argv` stands for in the project's own words. */
  readonly script: string
  /** Names of the variables the product gets; values are the machine's. */
  readonly env: readonly string[]
}

export type StartOrder = {
  readonly releaseId: ReleaseId
  readonly planId: PlanId
  readonly taskId: TaskId
  readonly title: string
  readonly dir: string
  readonly plan: TargetPlan
  /** Wished for, so that the address stays; another one is taken when it is in use. */
  readonly port: number | null
}
export type Started = { readonly sessionId: string; readonly pid: number; readonly port: number; readonly url: string }

/** One look at a running product. `status` is null when nothing answered. */
export type Probe = { readonly ok: boolean; readonly status: number | null; readonly latencyMs: number }

/**
 * Where a product can run. One file for each place; every place keeps these promises:
 * - `describe` looks at the commit only, has no effect, and answers undefined when there is nothing that could be started.
 * - `prepare` may be repeated; it throws release/unhealthy with the end of the output when the product cannot be made ready.
 * - `start` starts one product and comes back as soon as it has been started, not when it answers. It throws when it cannot.
 * - `probe` has no effect, never throws, and ends within five seconds.
 * - `stop` ends the product and everything it started, answers how many processes are left, and may be repeated.
 * - `isRunning` tells the truth after a restart of the engine too.
 */
export type Target = {
  readonly name: 'local'
  describe(read: ReadSource): Promise<TargetPlan | undefined>
  prepare(plan: TargetPlan, dir: string, releaseId: ReleaseId): Promise<void>
  start(order: StartOrder): Promise<Started>
  probe(url: string): Promise<Probe>
  stop(releaseId: ReleaseId, sessionId: string | null): Promise<{ survivors: number }>
  isRunning(releaseId: ReleaseId): boolean
}
