import { type TaskView, taskWords } from '../../../../contract/index.ts'
import { type Box, type Camera, type Size, toBox } from '../camera.ts'
import type { Layout } from '../layout.ts'
import { toCost, toStanding, toWho } from '../words.ts'
import { eachVisible, NODE_HEIGHT, NODE_WIDTH, xOf, yOf } from './geometry.ts'
import styles from './graph.module.css'

type Node = {
  readonly root: HTMLElement
  readonly glyph: HTMLElement
  readonly title: HTMLElement
  readonly tries: HTMLElement
  readonly who: HTMLElement
  readonly cost: HTMLElement
  readonly standing: HTMLElement
  readonly bar: HTMLElement
  index: number
}

/** World units around what can be seen: a short pan meets nodes that stand there already. */
const MARGIN = 120
/** So many nodes get their words in one frame; the rest comes with the next ones, before it is missed. */
const EACH_FRAME = 60

/**
 * The HTML nodes of the part that can be seen. Plain elements that are used again and again, because panning through
 * ten thousand nodes may not cost a reconciliation for each frame (D2).
 */
export function createNodeLayer(layer: HTMLElement, deps: { readonly taskOf: (index: number) => TaskView | undefined; readonly now: () => number }) {
  const shown = new Map<number, Node>()
  const spare: Node[] = []
  let covered: Box | undefined

  /** False when there is more to show than one frame has room for. */
  function show(layout: Layout, camera: Camera, screen: Size, critical: ReadonlySet<number>, selected: number | undefined): boolean {
    layer.style.transform = `scale(${camera.zoom}) translate(${-camera.x}px, ${-camera.y}px)`
    const seen = toBox(camera, screen)
    if (covered && seen.left >= covered.left && seen.right <= covered.right && seen.top >= covered.top && seen.bottom <= covered.bottom) return true
    const wanted = new Set<number>()
    covered = { left: seen.left - MARGIN, right: seen.right + MARGIN, top: seen.top - MARGIN, bottom: seen.bottom + MARGIN }
    eachVisible(layout, covered, (i) => void wanted.add(i))
    for (const [i, node] of shown) {
      if (wanted.has(i)) continue
      shown.delete(i)
      node.root.style.display = 'none'
      spare.push(node)
    }
    let room = EACH_FRAME
    for (const i of wanted) {
      if (shown.has(i)) continue
      if (room-- === 0) {
        covered = undefined
        return false
      }
      const node = spare.pop() ?? make(layer)
      node.index = i
      shown.set(i, node)
      node.root.id = nodeId(i)
      node.root.style.display = ''
      node.root.style.translate = `${xOf(layout, i)}px ${yOf(layout, i)}px`
      write(node)
      mark(node, critical, selected)
    }
    return true
  }

  function write(node: Node): void {
    const task = deps.taskOf(node.index)
    if (!task) return
    const { glyph, attention } = taskWords[task.state]
    set(node.glyph, glyph)
    set(node.title, `${task.key} ${task.title}`)
    set(node.tries, task.attempts > 1 ? `try ${task.attempts} of ${task.maxAttempts}` : '')
    set(node.who, toWho(task))
    set(node.cost, toCost(task, deps.now()))
    set(node.standing, toStanding(task))
    node.root.dataset['attention'] = attention
    node.root.dataset['state'] = task.state
    node.bar.style.width = `${Math.round(toProgress(task, deps.now()) * 100)}%`
  }

  const mark = (node: Node, critical: ReadonlySet<number>, selected: number | undefined) => {
    node.root.dataset['critical'] = String(critical.has(node.index))
    node.root.setAttribute('aria-pressed', String(node.index === selected))
  }

  return {
    show,
    /** One task has changed: O(1), and nothing at all when it cannot be seen. */
    update(index: number): boolean {
      const node = shown.get(index)
      if (node) write(node)
      return node !== undefined
    },
    /** Once a second: the clocks of what runs. */
    tick(): void {
      for (const node of shown.values()) {
        const task = deps.taskOf(node.index)
        if (task && task.startedAt !== null && task.endedAt === null) write(node)
      }
    },
    mark(critical: ReadonlySet<number>, selected: number | undefined): void {
      for (const node of shown.values()) mark(node, critical, selected)
    },
    /** Everything stands elsewhere now, or is not wanted. */
    clear(): void {
      covered = undefined
      for (const node of shown.values()) {
        node.root.style.display = 'none'
        spare.push(node)
      }
      shown.clear()
    },
    indexOf: (target: EventTarget | null): number | undefined => {
      const root = target instanceof Element ? target.closest(`.${styles['node']}`) : null
      for (const node of shown.values()) if (node.root === root) return node.index
      return undefined
    },
    has: (index: number): boolean => shown.has(index),
  }
}

export const nodeId = (index: number): string => `graph-node-${index}`

function make(layer: HTMLElement): Node {
  const element = (parent: HTMLElement, tag: string, name: string) => {
    const child = layer.ownerDocument.createElement(tag)
    child.className = styles[name] ?? ''
    parent.append(child)
    return child
  }
  const root = element(layer, 'button', 'node')
  root.setAttribute('type', 'button')
  root.tabIndex = -1
  root.style.width = `${NODE_WIDTH}px`
  root.style.height = `${NODE_HEIGHT}px`
  const head = element(root, 'span', 'head')
  const facts = element(root, 'span', 'facts')
  const node = {
    root,
    glyph: element(head, 'span', 'glyph'),
    title: element(head, 'span', 'title'),
    tries: element(head, 'span', 'tries'),
    who: element(facts, 'span', 'who'),
    cost: element(facts, 'span', 'cost'),
    standing: element(root, 'span', 'standing'),
    bar: element(element(root, 'span', 'track'), 'span', 'bar'),
    index: -1,
  }
  node.glyph.ariaHidden = 'true'
  return node
}

/** Writing the same text again would still cost a layout. */
function set(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

function toProgress(task: TaskView, now: number): number {
  if (task.startedAt === null || task.endedAt !== null || !task.expectedMs) return 0
  return Math.min(1, Math.max(0, (now - task.startedAt) / task.expectedMs))
}
