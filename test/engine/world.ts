import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ContractRouterClient } from '@orpc/contract'
import { createRouterClient } from '@orpc/server'
import type { Contract, PlanFile, PlanId, ReefEvent, TaskView } from '../../src/contract/index.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { endSessionHost } from '../crash/processes.ts'

const root = join(import.meta.dirname, '..', '..')

export type PlannedTask = Partial<PlanFile['tasks'][number]> & { key: string }

/** The whole engine in this process, on a data directory of its own, with a client of its contract. */
export async function openFactory({ attended = true, dataDir = mkdtempSync(join(tmpdir(), 'reef-engine-')) }: { attended?: boolean; dataDir?: string } = {}) {
  const engine = await createEngine({
    dataDir,
    version: '0.0.0-test',
    packageRoot: root,
    unpackedRoot: root,
    nodePath: process.execPath,
    hostEntry: join(root, 'src/engine/sessions/host/session-host.ts'),
    programsDir: join(root, 'src/engine/sessions/drivers/programs'),
    attended,
    gatewayPort: 0,
    rehearsalPace: 0,
  })
  const events: ReefEvent[] = []
  engine.listen((event) => events.push(event))
  await engine.start('http://127.0.0.1:1')
  const client: ContractRouterClient<Contract> = createRouterClient(engine.api.router, {
    context: { actor: 'owner', channel: 'cli' },
    interceptors: engine.api.clientInterceptors,
  })
  await client.settings.set({ key: 'approvalGraceSeconds', value: 0 })

  return {
    engine,
    client,
    events,
    dataDir,
    /** Submits a plan of plain commands; every field that a test does not care about is filled in. */
    async submit(project: string, tasks: readonly PlannedTask[]): Promise<PlanId> {
      const { request } = await client.request.submit({
        text: `A test of ${project}`,
        project,
        plan: {
          title: `A test of ${project}`,
          tasks: tasks.map((task) => ({
            title: `Task ${task.key}`,
            instructions: 'Do it.',
            agent: 'Rex',
            kind: 'work' as const,
            budgetUsd: 1,
            review: 'waived' as const,
            ...(task.command && { driver: 'command' as const }),
            ...task,
          })),
        },
      })
      return until(async () => {
        const { error, planId } = await client.request.get({ id: request.id })
        if (error) throw new Error(error)
        return planId ?? undefined
      })
    },
    async task(planId: PlanId, key: string): Promise<TaskView> {
      const found = (await client.plan.get({ id: planId })).tasks.find((task) => task.key === key)
      if (!found) throw new Error(`no task ${key}`)
      return found
    },
    /** The task, once it is as wished. */
    reached(planId: PlanId, key: string, isThere: (task: TaskView) => boolean, timeoutMs?: number): Promise<TaskView> {
      return until(async () => {
        const task = await this.task(planId, key)
        return isThere(task) ? task : undefined
      }, timeoutMs)
    },
    async planEnded(planId: PlanId, timeoutMs?: number) {
      return until(async () => {
        const { plan } = await client.plan.get({ id: planId })
        return plan.state === 'running' || plan.state === 'draft' ? undefined : plan
      }, timeoutMs)
    },
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      await endSessionHost(dataDir)
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
export type Factory = Awaited<ReturnType<typeof openFactory>>

export async function until<T>(look: () => Promise<T | undefined>, timeoutMs = 30_000): Promise<T> {
  const end = Date.now() + timeoutMs
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error('it did not come to pass in time')
    await sleep(40)
  }
}

export const sh = (script: string): [string, ...string[]] => ['/bin/sh', '-c', script]
