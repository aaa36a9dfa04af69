import { createRoot, type Root } from 'react-dom/client'
import type { Instant, Nanodollars, PlanDetail, ReefEvent, Snapshot, TaskView } from '../../../contract/index.ts'
import type { ReefClient } from '../../live/feed.ts'
import { ReefContext } from '../../live/reef.ts'
import { createLiveStore, type LiveStore } from '../../live/store.ts'
import '../../styles/layers.css'
import { PlanScreen } from './plan.tsx'

/** The page of `npm run bench dag`: the real screen over a plan that is made up, with the time of every frame's script. Not part of the app. */
const planId = `plan_${'0'.repeat(26)}` as const
const now = Date.now() as Instant
const nothing = 0 as Nanodollars
let frameMs = 0
let root: Root | undefined
let store: LiveStore = createLiveStore()
let detail: PlanDetail
let seq = 1

// What the screen does in a frame is counted, whoever asked for the frame.
const realFrame = window.requestAnimationFrame.bind(window)
window.requestAnimationFrame = (call) =>
  realFrame((at) => {
    const start = performance.now()
    call(at)
    frameMs += performance.now() - start
  })
const nextFrame = () => new Promise<void>((resolve) => void realFrame(() => resolve()))

/** `wide`: layers of equal size, each task behind one or two of the layer before. The same every time. */
function makeTasks(count: number, depth: number): TaskView[] {
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((seed / 2_147_483_648) * below)
  }
  const width = Math.ceil(count / depth)
  return Array.from({ length: count }, (_, i) => {
    const layer = Math.floor(i / width)
    const above = () => `T${(layer - 1) * width + random(width)}`
    return toTask(i, layer === 0 ? [] : random(10) < 3 ? [above(), above()] : [above()])
  })
}

function toTask(i: number, dependsOn: string[]): TaskView {
  const state = (['done', 'done', 'running', 'pending', 'pending', 'ready'] as const)[i % 6] ?? 'pending'
  return {
    id: `task_${String(i).padStart(26, '0')}`,
    planId,
    key: `T${i}`,
    title: `Task number ${i} of a large plan`,
    agent: 'Rex',
    kind: 'build',
    tier: 'mid',
    state,
    wait: state === 'pending' ? { reason: 'dependency', detail: dependsOn.join(', '), owner: 'engine', until: null } : null,
    dependsOn,
    priority: 2,
    attempts: 1,
    maxAttempts: 3,
    attemptId: null,
    sessionId: null,
    approvalId: null,
    driver: 'pi',
    model: 'anthropic/claude-sonnet-4-5',
    budget: nothing,
    spent: nothing,
    error: null,
    createdAt: now,
    readyAt: now,
    startedAt: state === 'done' || state === 'running' ? now : null,
    endedAt: state === 'done' ? now : null,
    expectedMs: 60_000,
  }
}

const api = {
  /** Makes the data; its cost is no part of any figure. */
  prepare(count: number, depth: number): void {
    const tasks = makeTasks(count, depth)
    detail = { plan: toPlan(count), tasks, releases: [], artifacts: [] }
  },
  /** From the data to the frame after the first picture. Milliseconds. */
  async open(): Promise<number> {
    root?.unmount()
    store = createLiveStore()
    store.take({ kind: 'snapshot', seq, snapshot: emptySnapshot() })
    localStorage.setItem('reef.plan.view', 'graph')
    const client = { plan: { get: () => Promise.resolve(detail) } } as unknown as ReefClient
    const element = document.getElementById('root')
    if (!element) throw new Error('the page has no root')
    const start = performance.now()
    root = createRoot(element)
    root.render(
      <ReefContext value={{ store, client }}>
        <PlanScreen params={[planId]} />
      </ReefContext>,
    )
    const canvas = () => document.querySelector<HTMLCanvasElement>('[role=application] > div > canvas')
    for (let frames = 0; (canvas()?.width ?? 0) <= 300; frames++) {
      if (frames > 3000) throw new Error('the graph was not drawn')
      await nextFrame()
    }
    await nextFrame()
    return performance.now() - start
  },
  /** Turns the wheel until the picture is about this large; 0 shows all of it. */
  async zoomTo(zoom: number): Promise<void> {
    press('f')
    await nextFrame()
    if (zoom === 0) return
    for (let i = 0; i < 200 && Math.abs(Math.log(shownZoom() / zoom)) > 0.02; i++) {
      wheel({ deltaY: Math.max(-300, Math.min(300, -Math.log(zoom / shownZoom()) / 0.002)) })
      await nextFrame()
    }
  },
  /** Script of each frame while the picture moves; `zooming` turns the wheel to and fro instead. Milliseconds, and the frames' distances. */
  async pan(frames: number, zooming: boolean): Promise<{ script: number[]; frame: number[] }> {
    const script: number[] = []
    const frame: number[] = []
    let last = performance.now()
    for (let i = 0; i < frames; i++) {
      frameMs = 0
      const start = performance.now()
      if (zooming) wheel({ deltaY: Math.floor(i / 10) % 2 === 0 ? 60 : -60 })
      else wheel({ deltaX: i < frames / 2 ? 25 : -25, deltaY: i % 2 === 0 ? 3 : -3 })
      const input = performance.now() - start
      await nextFrame()
      // One more turn: the screen's own frame request was made during this one.
      script.push(input + frameMs)
      frame.push(performance.now() - last)
      last = performance.now()
    }
    return { script, frame }
  },
  /** One event for each task that stands in the middle of the screen, and what it costs until its frame is done. Milliseconds. */
  async change(count: number): Promise<number[]> {
    const shown = [...document.querySelectorAll<HTMLElement>('[id^=graph-node-]')].filter((node) => node.style.display !== 'none')
    const costs: number[] = []
    for (let i = 0; i < count; i++) {
      const index = shown.length > 0 ? Number(shown[i % shown.length]?.id.slice('graph-node-'.length)) : (i * 37) % detail.tasks.length
      const before = detail.tasks[index]
      if (!before) continue
      const state = i % 2 === 0 ? 'running' : 'failed'
      const task = { ...before, state, error: state === 'failed' ? 'npm test: 2 failed' : null, wait: null } as TaskView
      frameMs = 0
      const start = performance.now()
      store.take({ kind: 'events', events: [toEvent(task)] })
      const sync = performance.now() - start
      await nextFrame()
      costs.push(sync + frameMs)
    }
    return costs
  },
  /** Events at a steady pace for a while: how many frames came. */
  async flood(perSecond: number, ms: number): Promise<{ frames: number; worst: number; longest: number }> {
    let frames = 0
    let sent = 0
    let worst = 0
    let longest = 0
    const start = performance.now()
    for (let last = start; performance.now() - start < ms; ) {
      const due = Math.floor(((performance.now() - start) / 1000) * perSecond) - sent
      const events = Array.from({ length: due }, (_, i) => {
        const before = detail.tasks[((sent + i) * 37) % detail.tasks.length] as TaskView
        return toEvent({ ...before, state: (sent + i) % 3 === 0 ? 'running' : 'done', wait: null }, i)
      })
      frameMs = 0
      const take = performance.now()
      if (events.length > 0) store.take({ kind: 'events', events })
      const sync = performance.now() - take
      sent += due
      await nextFrame()
      worst = Math.max(worst, sync + frameMs)
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
      frames++
    }
    return { frames, worst, longest }
  },
  /** The floor: as many rectangles on a bare canvas of the same size, and the frame after them. Milliseconds. */
  async bare(count: number): Promise<number> {
    root?.unmount()
    root = undefined
    await nextFrame()
    const start = performance.now()
    const canvas = document.createElement('canvas')
    canvas.width = innerWidth
    canvas.height = innerHeight
    document.body.append(canvas)
    const context = canvas.getContext('2d')
    for (let i = 0; i < count; i++) context?.fillRect((i * 7) % innerWidth, (i * 13) % innerHeight, 4, 2)
    await nextFrame()
    await nextFrame()
    const ms = performance.now() - start
    canvas.remove()
    return ms
  },
  /** Distances of the frames of a page on which nothing happens. */
  async idle(frames: number): Promise<number[]> {
    const distances: number[] = []
    for (let i = 0, last = performance.now(); i < frames; i++) {
      await nextFrame()
      distances.push(performance.now() - last)
      last = performance.now()
    }
    return distances
  },
}
export type PlanBench = typeof api
Object.assign(window, { planBench: api })

const host = () => document.querySelector('[role=application]')
const press = (key: string) => window.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
const shownZoom = () => Number.parseFloat(host()?.querySelector('[class*=zoom]')?.textContent ?? '') / 100
function wheel(turn: { deltaX?: number; deltaY?: number }): void {
  host()?.dispatchEvent(new WheelEvent('wheel', { ...turn, clientX: 700, clientY: 450, cancelable: true, bubbles: true }))
}

function toEvent(task: TaskView, ahead = 0): ReefEvent {
  if (ahead === 0) seq = (store.getState().facts?.seq ?? seq) + 1
  return {
    seq: seq + ahead,
    id: `evt_${String(seq + ahead).padStart(26, '0')}`,
    type: 'task.started',
    at: now,
    actor: 'engine',
    subject: task.id,
    correlationId: null,
    data: task,
  }
}

function toPlan(tasks: number): PlanDetail['plan'] {
  return {
    id: planId,
    requestId: `req_${'0'.repeat(26)}`,
    projectId: `prj_${'0'.repeat(26)}`,
    project: 'bench',
    title: 'A large plan',
    text: 'A large plan',
    state: 'running',
    rehearsal: false,
    source: 'file',
    branch: 'reef/bench',
    budget: nothing,
    spent: nothing,
    tasks,
    done: 0,
    stuck: 0,
    createdAt: now,
    startedAt: now,
    endedAt: null,
    endpoint: null,
  }
}

function emptySnapshot(): Snapshot {
  return {
    requests: [],
    plans: [],
    tasks: [],
    sessions: [],
    approvals: [],
    releases: [],
    agents: [],
    providers: [],
    channels: [],
    recent: [],
  } as unknown as Snapshot
}
