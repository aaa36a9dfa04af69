import type { PlanId, ReleaseId, TaskId } from '../../../contract/index.ts'
import { ReefError } from '../../kernel/errors.ts'
import { exec } from '../../kernel/exec.ts'
import { findMarked, killMarked } from '../../kernel/marked.ts'
import { type Cage, installArgv, toPackage, toToolEnvironment } from '../../workspaces/index.ts'
import type { Target } from '../target.ts'
import { findPort, probeHttp, toUrl } from './address.ts'

export type ProductOrder = {
  readonly releaseId: ReleaseId
  readonly title: string
  readonly cwd: string
  readonly argv: readonly [string, ...string[]]
  readonly env: Readonly<Record<string, string>>
  readonly planId: PlanId
  readonly taskId: TaskId
}

export type LocalDeps = {
  readonly nodePath: string
  /** For installing and building; the product itself is caged by whoever starts it. */
  readonly cage: Cage
  /** Starts a process that outlives the engine. */
  readonly startProduct: (order: ProductOrder) => Promise<{ sessionId: string; pid: number }>
  readonly stopProduct: (sessionId: string) => Promise<{ survivors: number }>
}

/** Every process of a release carries this; the release is found and ended by it, whoever started what. */
const MARK = 'REEF_RELEASE'
const PREPARE_MS = 10 * 60_000

/** This machine, on loopback only. */
export function createLocalTarget({ nodePath, cage, startProduct, stopProduct }: LocalDeps): Target {
  return {
    name: 'local',

    async describe(read) {
      const found = toPackage((await read('package.json')) ?? '')
      const script = found?.scripts['start']
      if (!found || script === undefined) return undefined
      const install = installArgv((await read('package-lock.json')) !== undefined)
      return {
        prepare: [...(found.hasDependencies ? [install] : []), ...(found.scripts['build'] === undefined ? [] : [['node', '--run', 'build'] as const])],
        argv: ['node', '--run', 'start'],
        script,
        env: ['HOST', 'NODE_ENV', 'PORT', MARK],
      }
    },

    async prepare(plan, dir, releaseId) {
      for (const argv of plan.prepare) {
        const caged = await cage(argv, dir)
        const result = await exec(caged.argv, { cwd: dir, env: { ...toToolEnvironment(nodePath), ...caged.env, [MARK]: releaseId }, timeoutMs: PREPARE_MS })
        await killMarked(MARK, releaseId)
        if (result.code === 0) continue
        const end = result.startError ?? (result.timedOut ? 'it did not end within 10 minutes' : result.output.trim().split('\n').slice(-20).join('\n'))
        throw new ReefError('release/unhealthy', `${argv.join(' ')} failed: ${end}`)
      }
    },

    async start({ releaseId, planId, taskId, title, dir, plan, port: wished }) {
      const port = await findPort(wished)
      const env = { HOST: '127.0.0.1', NODE_ENV: 'production', PORT: String(port), [MARK]: releaseId }
      const argv: readonly [string, ...string[]] = plan.argv[0] === 'node' ? [nodePath, ...plan.argv.slice(1)] : plan.argv
      return { ...(await startProduct({ releaseId, title, cwd: dir, argv, env, planId, taskId })), port, url: toUrl(port) }
    },

    probe: probeHttp,

    async stop(releaseId, sessionId) {
      if (sessionId !== null) await stopProduct(sessionId)
      return { survivors: await killMarked(MARK, releaseId) }
    },

    isRunning: (releaseId) => findMarked(MARK, releaseId).length > 0,
  }
}
