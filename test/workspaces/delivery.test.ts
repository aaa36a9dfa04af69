import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ReleaseView } from '../../src/contract/index.ts'
import { createDelivery, type Delivery } from '../../src/engine/delivery/index.ts'
import { newId } from '../../src/engine/kernel/id.ts'
import { findMarked, killMarked } from '../../src/engine/kernel/marked.ts'
import { createWorkspaces, type Workspaces } from '../../src/engine/workspaces/index.ts'
import { git, openWorld, put, uncaged, type World } from './world.ts'

type ProductEnd = Parameters<Parameters<Parameters<typeof createDelivery>[0]['productEnded']>[1]>[0]

/** What the session host does for products: real processes that outlive the engine, and their ends. */
function openHost() {
  const children = new Map<string, ChildProcess>()
  const ends = new Map<string, ProductEnd>()
  const listeners = new Map<string, Array<(end: ProductEnd) => void>>()
  return {
    children,
    started: 0,
    async startProduct(this: void, order: { argv: readonly [string, ...string[]]; cwd: string; env: Readonly<Record<string, string>> }) {
      host.started += 1
      const sessionId = newId('ses', world.clock)
      const [program, ...args] = order.argv
      const child = spawn(program, args, { cwd: order.cwd, env: { PATH: process.env.PATH, ...order.env }, stdio: 'ignore', detached: true })
      children.set(sessionId, child)
      child.on('exit', (exitCode) => {
        ends.set(sessionId, { exitCode })
        for (const listener of listeners.get(sessionId)?.splice(0) ?? []) listener({ exitCode })
      })
      return { sessionId, pid: child.pid ?? 0 }
    },
    async stopProduct(this: void, sessionId: string) {
      const child = children.get(sessionId)
      if (!child || ends.has(sessionId)) return { survivors: 0 }
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
      return { survivors: 0 }
    },
    productEnded(this: void, sessionId: string, listener: (end: ProductEnd) => void) {
      const end = ends.get(sessionId)
      if (end) listener(end)
      else listeners.set(sessionId, [...(listeners.get(sessionId) ?? []), listener])
    },
  }
}

let world: World
let workspaces: Workspaces
let host: ReturnType<typeof openHost>
let delivery: Delivery
let ids: ReturnType<World['seedTask']>
let ticks: Array<() => void>
const engines: Delivery[] = []

function open(): Delivery {
  const engine = createDelivery({
    ...world.deps,
    nodePath: process.execPath,
    cage: uncaged,
    startProduct: host.startProduct,
    stopProduct: host.stopProduct,
    productEnded: host.productEnded,
    checkout: workspaces.checkout,
    readAt: workspaces.readAt,
    timers: {
      every(_, act) {
        ticks.push(act)
        return () => void ticks.splice(ticks.indexOf(act), 1)
      },
      sleep: (_, signal) => wait(10, undefined, { signal }).catch(() => {}),
    },
  })
  engines.push(engine)
  return engine
}

beforeEach(() => {
  world = openWorld()
  workspaces = createWorkspaces(world.deps)
  host = openHost()
  ticks = []
  delivery = open()
  ids = world.seedTask('deliver')
})
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine[Symbol.asyncDispose]()))
  for (const release of delivery.list()) await delivery.stop(release.id)
  for (const child of host.children.values()) child.kill('SIGKILL')
  world.close()
})

const server = (text: string, status = 200) =>
  `require('node:http').createServer((q,r)=>{r.statusCode=${status};r.end(${JSON.stringify(text)}+process.env.REEF_RELEASE)}).listen(process.env.PORT,process.env.HOST)`
const page = { 'package.json': JSON.stringify({ scripts: { start: 'node server.cjs' } }) }

/** A commit on main with these files. */
async function commit(files: Record<string, string>): Promise<string> {
  const { path } = await workspaces.ensureProject('shop')
  put(path, files)
  git(path, 'add', '.')
  git(path, 'commit', '-q', '--allow-empty', '-m', 'next')
  return git(path, 'rev-parse', 'HEAD')
}
const toInput = (sha: string) => ({ releaseOf: ids.planId, taskId: ids.taskId, project: 'shop', commit: sha, rehearsal: false })
const read = async (release: ReleaseView) => (await fetch(`${release.url}/`)).text()
const told = () => world.told.filter((event) => event.type.startsWith('release.')).map((event) => `${event.type} ${(event.data as ReleaseView).state}`)
const killProduct = (release: ReleaseView) => process.kill(release.pid ?? 0, 'SIGKILL')
async function until(check: () => boolean) {
  for (let i = 0; i < 500 && !check(); i++) await wait(10)
  expect(check()).toBe(true)
  await delivery.idle()
}

describe('what the owner approves', () => {
  it('is made from the commit alone, hashes alike twice, and a difference is refused (R-171)', async () => {
    const sha = await commit({ ...page, 'server.cjs': server('one') })
    const described = await delivery.describe(toInput(sha))
    expect(described).toEqual(await open().describe(toInput(sha)))
    expect(described).toMatchObject({
      kind: 'ready',
      payload: {
        action: 'deploy.local',
        project: 'shop',
        commit: sha,
        prepare: [],
        argv: ['node', '--run', 'start'],
        script: 'node server.cjs',
        env: ['HOST', 'NODE_ENV', 'PORT', 'REEF_RELEASE'],
      },
    })
    expect(JSON.stringify(described)).not.toContain(world.dir)
    await expect(delivery.release({ ...toInput(sha), payloadHash: 'of something else' })).rejects.toMatchObject({ code: 'approval/drifted' })
    expect(host.started).toBe(0)
  })

  it('is nothing where the project has nothing to start', async () => {
    expect(await delivery.describe(toInput(await commit({ 'index.html': '<p>' })))).toEqual({ kind: 'nothing-to-start' })
    await expect(delivery.release(toInput(await commit({ 'package.json': '{}' })))).rejects.toMatchObject({ code: 'release/unhealthy' })
  })
})

describe('a release', () => {
  it('runs the files of the commit, answers before it counts, and is started once however often it is asked for (R-242, R-240)', async () => {
    const sha = await commit({ ...page, 'server.cjs': server('one ') })
    put(workspaces.projectPath('shop'), { 'server.cjs': 'throw 1' })
    const [one, two] = await Promise.all([delivery.release(toInput(sha)), delivery.release(toInput(sha))])
    expect(two).toEqual(one)
    expect(one).toMatchObject({ state: 'healthy', commit: sha, lastStatus: 200, error: null, endedAt: null, project: 'shop', target: 'local' })
    expect(await read(one)).toBe(`one ${one.id}`)
    expect(new URL(one.url ?? '').hostname).toBe('127.0.0.1')
    expect(told()).toEqual(['release.started starting', 'release.proven healthy'])
    expect(host.started).toBe(1)
    expect(existsSync(join(world.dataDir, 'releases', one.id, '.git'))).toBe(false)
    expect([delivery.list(), delivery.listPlan(ids.planId), delivery.get(one.id)]).toEqual([[one], [one], one])
  })

  it('is installed and built from its commit before it is started; a build that fails is its end (R-240)', async () => {
    const build = "node -e \"require('fs').writeFileSync('server.cjs',process.env.CODE??require('fs').readFileSync('source'))\""
    const files = { 'package.json': JSON.stringify({ scripts: { build, start: 'node server.cjs' } }), source: server('built ') }
    const good = await delivery.release(toInput(await commit(files)))
    expect(await read(good)).toBe(`built ${good.id}`)
    const bad = await delivery.release(toInput(await commit({ 'package.json': JSON.stringify({ scripts: { build: 'echo no oven; exit 2', start: 'x' } }) })))
    expect(bad).toMatchObject({ state: 'failed', pid: null, error: expect.stringMatching(/^node --run build failed: no oven/) })
    expect(await read(good)).toBe(`built ${good.id}`)
  })

  it('takes over the address of the one before it, once it has answered (R-242)', async () => {
    const one = await delivery.release(toInput(await commit({ ...page, 'server.cjs': server('one ') })))
    const two = await delivery.release(toInput(await commit({ 'server.cjs': server('two ') })))
    expect(two).toMatchObject({ state: 'healthy', url: one.url })
    expect(await read(one)).toBe(`two ${two.id}`)
    expect(delivery.get(one.id)).toMatchObject({ state: 'stopped', error: `replaced by ${two.commit.slice(0, 7)}` })
    expect(findMarked('REEF_RELEASE', one.id)).toEqual([])
    await delivery.stop(two.id)
    const three = await delivery.release(toInput(await commit({ 'server.cjs': server('three ') })))
    expect(three.url).toBe(one.url)
  })

  it.each([
    ['ends at once', 'process.exit(4)', 'It ended before it answered, with exit code 1.'],
    ['answers with errors', server('no', 500), 'It answers with status 500.'],
  ])(
    'that %s leaves the one before it running, without asking anyone (R-175)',
    async (_, code, error) => {
      const good = await delivery.release(toInput(await commit({ ...page, 'server.cjs': server('good ') })))
      const bad = await delivery.release(toInput(await commit({ 'server.cjs': code })))
      expect(bad).toMatchObject({ state: 'failed', error })
      expect(findMarked('REEF_RELEASE', bad.id)).toEqual([])
      expect(await read(good)).toBe(`good ${good.id}`)
      expect(delivery.get(good.id)?.state).toBe('healthy')
      const again = await delivery.release(toInput(bad.commit))
      expect([again.state, again.id === bad.id]).toEqual(['failed', false])
    },
    60_000,
  )

  it('that answers only where it was tried gives the address back to the one before it (R-175)', async () => {
    const good = await delivery.release(toInput(await commit({ ...page, 'server.cjs': server('good ') })))
    const port = new URL(good.url ?? '').port
    const picky = `if(process.env.PORT==='${port}')process.exit(1);${server('bad ')}`
    const bad = await delivery.release(toInput(await commit({ 'server.cjs': picky })))
    expect(bad).toMatchObject({ state: 'failed', error: 'It ended before it answered, with exit code 1.' })
    await until(() => delivery.get(good.id)?.state === 'healthy' && findMarked('REEF_RELEASE', good.id).length > 0)
    expect(await read(good)).toBe(`good ${good.id}`)
  })

  it('can be stopped, twice, and also while it is being started', async () => {
    const one = await delivery.release(toInput(await commit({ ...page, 'server.cjs': server('one ') })))
    const stopped = await delivery.stop(one.id)
    expect(stopped).toMatchObject({ state: 'stopped', endedAt: world.clock.now() })
    expect(await delivery.stop(one.id)).toEqual(stopped)
    expect(findMarked('REEF_RELEASE', one.id)).toEqual([])
    await delivery.idle()
    expect(delivery.get(one.id)?.state).toBe('stopped')
    const starting = delivery.release(toInput(await commit({ 'server.cjs': 'setInterval(()=>{},1000)' })))
    await until(() => delivery.list()[0]?.pid != null && delivery.list()[0]?.state === 'starting')
    const id = delivery.list()[0]?.id as ReleaseView['id']
    await delivery.stop(id)
    expect(await starting).toMatchObject({ id, state: 'stopped' })
    expect(findMarked('REEF_RELEASE', id)).toEqual([])
    await expect(delivery.stop('rel_x' as ReleaseView['id'])).rejects.toMatchObject({ code: 'release/unknown' })
  })

  it('gets another address when its own is taken by a stranger', async () => {
    const one = await delivery.release(toInput(await commit({ ...page, 'server.cjs': server('one ') })))
    await delivery.stop(one.id)
    const stranger = createServer((_, response) => response.end('not ours'))
    await new Promise<void>((resolve) => stranger.listen(Number(new URL(one.url ?? '').port), '127.0.0.1', resolve))
    const two = await delivery.release(toInput(await commit({ 'server.cjs': server('two ') })))
    expect(await read(two)).toBe(`two ${two.id}`)
    stranger.close()
  })
})

describe('supervision', () => {
  const start = async (code = server('one ')) => delivery.release(toInput(await commit({ ...page, 'server.cjs': code })))

  it('starts a product again at the same address when it ends, and tells it (R-242)', async () => {
    const one = await start()
    killProduct(one)
    await until(() => delivery.get(one.id)?.state === 'healthy' && delivery.get(one.id)?.pid !== one.pid)
    expect(await read(one)).toBe(`one ${one.id}`)
    expect(told().slice(2)).toEqual(['release.failed unhealthy', 'release.proven healthy'])
  })

  it('gives up after three restarts within a minute, and says why (R-242)', async () => {
    const one = await start(`if(require('node:fs').existsSync('sick'))process.exit(7);${server('one ')}`)
    put(join(world.dataDir, 'releases', one.id), { sick: '1' })
    killProduct(one)
    await until(() => delivery.get(one.id)?.state === 'failed')
    expect(delivery.get(one.id)?.error).toBe('It ended before it answered, with exit code 1. It was started again three times within a minute.')
    expect(host.started).toBe(4)
    expect(told().slice(2)).toEqual(['release.failed unhealthy', 'release.failed failed'])
  })

  it('sees that a running product no longer answers well, and that it does again (R-242)', async () => {
    const one = await start(
      `require('node:http').createServer((q,r)=>{r.statusCode=require('node:fs').existsSync('sick')?503:200;r.end()}).listen(process.env.PORT,process.env.HOST)`,
    )
    await delivery.recover()
    const look = async () => {
      for (const tick of ticks) tick()
      await delivery.idle()
      return delivery.get(one.id)?.state
    }
    await look()
    const folder = join(world.dataDir, 'releases', one.id)
    mkdirSync(join(folder, 'sick'))
    expect([await look(), await look()]).toEqual(['healthy', 'unhealthy'])
    expect(delivery.get(one.id)).toMatchObject({ lastStatus: 503, error: 'It answers with status 503.', checkedAt: world.clock.now() })
    rmdirSync(join(folder, 'sick'))
    expect(await look()).toBe('healthy')
    expect(told().slice(2)).toEqual(['release.failed unhealthy', 'release.proven healthy'])
  })
})

describe('after a restart of the engine', () => {
  it('a product that still runs is taken up, not started again, and supervised as before (R-328)', async () => {
    const one = await delivery.release(toInput(await commit({ ...page, 'server.cjs': server('one ') })))
    await delivery[Symbol.asyncDispose]()
    delivery = open()
    expect(await delivery.recover()).toEqual({ adopted: 1, restarted: 0 })
    await delivery.idle()
    expect(host.started).toBe(1)
    killProduct(one)
    await until(() => delivery.get(one.id)?.state === 'healthy' && delivery.get(one.id)?.pid !== one.pid)
  })

  it('a product that is gone is started again at its address (R-328)', async () => {
    const one = await delivery.release(toInput(await commit({ ...page, 'server.cjs': server('one ') })))
    await delivery[Symbol.asyncDispose]()
    await killMarked('REEF_RELEASE', one.id)
    delivery = open()
    expect(await delivery.recover()).toEqual({ adopted: 0, restarted: 1 })
    await until(() => delivery.get(one.id)?.state === 'healthy')
    expect(await read(one)).toBe(`one ${one.id}`)
  })

  it('a start that was cut off is ended with all its processes, and the next request starts anew (R-328)', async () => {
    const sha = await commit({ ...page, 'server.cjs': server('one ') })
    const one = await delivery.release(toInput(sha))
    await delivery[Symbol.asyncDispose]()
    world.db.prepare("UPDATE release SET state = 'starting', session_id = NULL").run()
    delivery = open()
    await delivery.recover()
    expect(delivery.get(one.id)).toMatchObject({ state: 'failed', error: 'The engine stopped while it was being started.' })
    expect(findMarked('REEF_RELEASE', one.id)).toEqual([])
    expect(await delivery.release(toInput(sha))).toMatchObject({ state: 'healthy' })
  })

  it('a product that was told to stop and still runs is ended (R-328)', async () => {
    const one = await delivery.release(toInput(await commit({ ...page, 'server.cjs': server('one ') })))
    await delivery[Symbol.asyncDispose]()
    world.db.prepare("UPDATE release SET state = 'stopped', ended_at = ?").run(world.clock.now())
    delivery = open()
    await delivery.recover()
    expect(findMarked('REEF_RELEASE', one.id)).toEqual([])
  })
})
