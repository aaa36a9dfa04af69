import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { WebSocketServer } from 'ws'
import type { ReefEvent, TaskId, TaskView } from '../src/contract/index.ts'
import { write } from '../src/engine/store/index.ts'
import { openFloor } from './floor.ts'
import { busyNote, median, pause, quantile } from './measure.ts'
import { type BenchRow, toRow } from './row.ts'
import { claimOne, makeDir, openWorld, seed, type World } from './world.ts'

const SECONDS = 5
const FRAME_MS = 16

/** What the reader process answers: when it had parsed each event, in nanoseconds of the machine's monotonic clock. */
type Receipts = { readonly received: number; readonly latenciesMs: number[] }

/** Events appended at a steady rate in small transactions, pushed in frames over a loopback WebSocket, parsed in another process. */
export async function benchFeed(): Promise<BenchRow[]> {
  const rounds = [await push(10_000), await push(10_000), await push(10_000)]
  const fast = await push(50_000)
  const floor = rawAppend()
  const p99 = median(rounds.map((round) => round.p99))
  const share = median(rounds.map((round) => round.cpu))
  const busy = busyNote(availableParallelism())
  const lost = Math.max(...rounds.map((round) => round.lost))
  return [
    toRow({
      id: 'E1',
      goal: '10 k events/s, append → frame of 16 ms → parsed elsewhere, p99',
      value: p99,
      unit: 'ms',
      floor: null,
      gate: 50,
      moonshot: 25,
      judge: 'value',
      better: 'lower',
      note: `${Math.round(median(rounds.map((round) => round.rate)))}/s reached, ${lost} lost${busy}`,
    }),
    toRow({
      id: 'E1c',
      goal: "the engine's share of one core while it does",
      value: share,
      unit: 'cores',
      floor: floor.coresAt10k,
      gate: 0.4,
      moonshot: 0.2,
      judge: 'value',
      better: 'lower',
      note: 'floor: the same number of plain rows inserted, nothing chained, nothing sent',
    }),
    toRow({
      id: 'E1x',
      goal: '50 k events/s, p99',
      value: fast.p99,
      unit: 'ms',
      floor: null,
      gate: 1000,
      moonshot: 33,
      judge: 'value',
      better: 'lower',
      note: `no goal of its own; ${Math.round(fast.rate)}/s reached at ${fast.cpu.toFixed(2)} cores, ${fast.lost} lost`,
    }),
  ]
}

async function push(perSecond: number) {
  const { dir, remove } = makeDir()
  const world = openWorld(dir, 'FULL')
  const task = someTask(world)
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const child = fork(join(import.meta.dirname, 'feed.child.ts'), [String(address.port)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const socket = await new Promise<import('ws').WebSocket>((resolve) => server.once('connection', resolve))

  let frame: ReefEvent[] = []
  let sentAt: bigint[] = []
  world.journal.listen((event) => {
    frame.push(event)
    sentAt.push(process.hrtime.bigint())
  })
  const flush = setInterval(() => {
    if (frame.length === 0) return
    socket.send(JSON.stringify({ kind: 'events', events: frame, sentAt: sentAt.map(String) }))
    frame = []
    sentAt = []
  }, FRAME_MS)

  const cpu = process.cpuUsage()
  const start = process.hrtime.bigint()
  const elapsed = () => Number(process.hrtime.bigint() - start) / 1e9
  let appended = 0
  while (elapsed() < SECONDS) {
    const due = Math.min(Math.floor(elapsed() * perSecond) - appended, perSecond / 20)
    if (due > 0)
      write(world.db, () => {
        for (let i = 0; i < due; i++) world.journal.append({ type: 'task.edited', subject: task.id, correlationId: task.planId, data: task })
      })
    appended += Math.max(0, due)
    await pause(4)
  }
  const seconds = elapsed()
  const used = process.cpuUsage(cpu)
  await pause(FRAME_MS * 3)
  clearInterval(flush)
  const answer = new Promise<Receipts>((resolve) => child.once('message', (message) => resolve(message as Receipts)))
  socket.send(JSON.stringify({ kind: 'end' }))
  const { received, latenciesMs } = await answer
  child.kill()
  socket.terminate()
  await new Promise((resolve) => server.close(resolve))
  world.close()
  remove()
  return { p99: quantile(latenciesMs, 0.99), rate: received / seconds, lost: appended - received, cpu: (used.user + used.system) / 1e6 / seconds }
}

function someTask(world: World): TaskView {
  seed(world.db, { tasks: 1, perPlan: 1, state: 'ready' })
  const id: TaskId = claimOne(world).taskId
  return world.queue.get(id)
}

/** CPU that the bare rows cost, as a share of one core at 10,000 a second. */
function rawAppend(): { coresAt10k: number } {
  const { dir, remove } = makeDir()
  const floor = openFloor(dir, 'FULL', 1)
  const batches = 500
  const cpu = process.cpuUsage()
  for (let batch = 0; batch < batches; batch++)
    write(floor.db, () => {
      for (let i = 0; i < 40; i++) floor.append(i)
    })
  const used = process.cpuUsage(cpu)
  floor.close()
  remove()
  return { coresAt10k: ((used.user + used.system) / 1e6 / (batches * 40)) * 10_000 }
}
