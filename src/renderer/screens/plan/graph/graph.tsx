import { Maximize, Minus, Plus } from 'lucide-react'
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import { Button } from '../../../parts/button.tsx'
import { useKeys } from '../../../parts/keys.ts'
import type { PlanStore } from '../plan-store.ts'
import { toSentence } from '../words.ts'
import { type Step, stepFrom } from './geometry.ts'
import styles from './graph.module.css'
import { createGraphView, type GraphView } from './graph-view.ts'
import { nodeId } from './node-layer.ts'

const arrows: Record<string, Step> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' }
/** A press that moves less than this many pixels is a press, not a drag. */
const DRAG_PX = 4

/** The plan's structure. Arrows walk along the edges, Enter opens, f fits, . goes to the selected task, + and - zoom. */
export function Graph({
  store,
  selected,
  critical,
  onSelect,
  onOpen,
}: {
  store: PlanStore
  selected: string | undefined
  critical: readonly number[]
  onSelect: (taskId: string) => void
  onOpen: (taskId: string) => void
}) {
  const host = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const layer = useRef<HTMLDivElement>(null)
  const map = useRef<HTMLDivElement>(null)
  const view = useRef<GraphView>(null)
  const percent = useRef<HTMLSpanElement>(null)
  const [said, setSaid] = useState('')
  const index = selected === undefined ? undefined : store.indexOf(selected)
  const first = useRef({ index, critical })

  useEffect(() => {
    if (!host.current || !canvas.current || !layer.current || !map.current) return
    const made = createGraphView({ host: host.current, canvas: canvas.current, layer: layer.current, map: map.current }, store)
    view.current = made
    made.select(first.current.index)
    made.setCritical(first.current.critical)
    made.onCamera(({ zoom }) => {
      const text = `${zoom < 0.1 ? (zoom * 100).toFixed(1) : Math.round(zoom * 100)} %`
      if (percent.current && percent.current.textContent !== text) percent.current.textContent = text
    })
    return () => {
      view.current = null
      made.dispose()
    }
  }, [store])
  useEffect(() => {
    view.current?.select(index)
    const at = index !== undefined && view.current?.isInDocument(index) ? nodeId(index) : undefined
    if (at) host.current?.setAttribute('aria-activedescendant', at)
    else host.current?.removeAttribute('aria-activedescendant')
  }, [index])
  useEffect(() => view.current?.setCritical(critical), [critical])
  useWheel(host, view)

  useKeys({
    f: () => view.current?.fit(),
    '.': () => index !== undefined && view.current?.focus(index),
    '+': () => view.current?.zoom(1.25),
    '=': () => view.current?.zoom(1.25),
    '-': () => view.current?.zoom(0.8),
  })

  const walk = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && selected !== undefined && event.target === host.current) {
      event.preventDefault()
      return onOpen(selected)
    }
    const step = arrows[event.key]
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return
    event.preventDefault()
    const layout = store.layout()
    const next = index === undefined ? layout.columns[0]?.[0] : stepFrom(layout, index, step)
    const task = next === undefined ? undefined : store.tasks()[next]
    if (!task) return
    onSelect(task.id)
    setSaid(toSentence(task, { before: task.dependsOn, after: store.tasks().flatMap((other) => (other.dependsOn.includes(task.key) ? [other.key] : [])) }))
  }
  const drag = useDrag(view, (event) => {
    const box = host.current?.getBoundingClientRect()
    const hit = box && view.current?.taskAt(event.clientX - box.left, event.clientY - box.top, event.target)
    const task = hit === undefined ? undefined : store.tasks()[hit]
    if (task) onSelect(task.id)
  })

  return (
    <div
      ref={host}
      className={styles.graph}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the graph is one control; arrows walk in it, and the list is its twin for readers.
      tabIndex={0}
      role="application"
      aria-roledescription="graph"
      aria-label={`Graph of ${store.tasks().length} tasks. Arrow keys follow the dependencies, Enter opens a task. The list shows the same.`}
      onKeyDown={walk}
      {...drag}
    >
      <div aria-hidden="true">
        <canvas ref={canvas} />
      </div>
      <div ref={layer} className={styles.layer} />
      <div ref={map} className={styles.map} aria-hidden="true" hidden />
      <div className={styles.tools} onPointerDown={(event) => event.stopPropagation()}>
        <Button kind="quiet" aria-label="Zoom out" icon={<Minus />} onClick={() => view.current?.zoom(0.8)} />
        <span ref={percent} className={styles.zoom} />
        <Button kind="quiet" aria-label="Zoom in" icon={<Plus />} onClick={() => view.current?.zoom(1.25)} />
        <Button kind="quiet" icon={<Maximize />} hint="f" onClick={() => view.current?.fit()}>
          Fit
        </Button>
      </div>
      <p className={styles.unseen} aria-live="polite">
        {said}
      </p>
    </div>
  )
}

/** Drags pan; a press without a drag is handed to `press`. */
function useDrag(view: { readonly current: GraphView | null }, press: (event: PointerEvent) => void) {
  const from = useRef<{ x: number; y: number; moved: boolean }>(null)
  return {
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      if (event.button === 0 || event.button === 1) from.current = { x: event.clientX, y: event.clientY, moved: false }
    },
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
      const start = from.current
      if (!start) return
      const dx = event.clientX - start.x
      const dy = event.clientY - start.y
      if (!start.moved && Math.hypot(dx, dy) < DRAG_PX) return
      if (!start.moved) event.currentTarget.setPointerCapture(event.pointerId)
      from.current = { x: event.clientX, y: event.clientY, moved: true }
      view.current?.pan(-dx, -dy)
    },
    onPointerUp: (event: PointerEvent<HTMLDivElement>) => {
      const start = from.current
      from.current = null
      if (start && !start.moved && event.button === 0) press(event)
    },
    onPointerCancel: () => {
      from.current = null
    },
  }
}

/** The wheel zooms at the pointer; sideways movement, as touchpads send it, pans. React's own wheel listener cannot keep the page from scrolling. */
function useWheel(host: { readonly current: HTMLDivElement | null }, view: { readonly current: GraphView | null }): void {
  useEffect(() => {
    const element = host.current
    if (!element) return
    const turn = (event: WheelEvent) => {
      event.preventDefault()
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 24 : 1
      if (event.shiftKey || (!event.ctrlKey && Math.abs(event.deltaX) > Math.abs(event.deltaY)))
        return view.current?.pan((event.deltaX || event.deltaY) * unit, event.shiftKey ? 0 : event.deltaY * unit)
      view.current?.zoomAtPointer(Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.002)), event.clientX, event.clientY)
    }
    element.addEventListener('wheel', turn, { passive: false })
    return () => element.removeEventListener('wheel', turn)
  }, [host, view])
}
