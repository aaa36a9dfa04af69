import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { formatDuration, taskWords } from '../../../contract/index.ts'
import { useNow } from '../../parts/now.ts'
import { useZone } from '../../parts/zone.ts'
import type { Critical } from './critical.ts'
import type { PlanStore } from './plan-store.ts'
import styles from './timeline.module.css'
import { type Bar, toBars, toSpan } from './timeline.select.ts'
import { placeOf, type Scale, toScale } from './timeline-scale.ts'
import { useSummary, useTask } from './use-plan.ts'
import { toReason } from './words.ts'

const ROW = 28
const LABEL = 240
/** From here on the clock of the bars goes in minutes: a second could not be seen. */
const SLOW_FROM_MS = 3_600_000

/** When what ran, what waited and what is expected (U-80). Grows while the plan runs. */
export function Timeline({
  store,
  selected,
  critical,
  onOpen,
}: {
  store: PlanStore
  selected: string | undefined
  critical: Critical
  onOpen: (taskId: string) => void
}) {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(800)
  const version = useSummary(store, 250, (now) => now.version())
  const age = Date.now() - (store.plan().startedAt ?? Date.now())
  const now = useNow(age > SLOW_FROM_MS || store.tasks().length > 2000 ? 10_000 : 1000)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store is read anew when its version says that tasks changed.
  const bars = useMemo(() => toBars(store.tasks(), store.layout(), critical, now), [store, critical, now, version])
  const [from, to] = toSpan(bars, now)
  const scale = toScale(from, to, width)
  const virtual = useVirtualizer({ count: bars.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 10 })
  useEffect(() => {
    const element = box.current
    if (!element) return
    const resize = new ResizeObserver(() => setWidth(Math.max(120, element.clientWidth - LABEL)))
    resize.observe(element)
    return () => resize.disconnect()
  }, [])
  const at = bars.findIndex((bar) => bar.id === selected)
  const walk = (event: KeyboardEvent) => {
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: bars.length - 1 }[event.key]
    const bar = next === undefined ? undefined : bars[next]
    if (!bar) return
    event.preventDefault()
    virtual.scrollToIndex(next ?? 0)
    onOpen(bar.id)
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-task="${bar.id}"]`)?.focus())
  }
  return (
    <section ref={box} className={styles.timeline} aria-label="Timeline of the tasks" onKeyDown={walk}>
      <Axis scale={scale} />
      <div className={styles.rows} style={{ height: virtual.getTotalSize() }}>
        <div className={styles.back} aria-hidden="true">
          {scale.ticks.map((tick) => (
            <i key={tick} className={styles.grid} style={{ left: percent(placeOf(scale, tick)) }} />
          ))}
          {store.plan().endedAt === null ? <i className={styles.now} style={{ left: percent(placeOf(scale, now)) }} /> : null}
        </div>
        <ul>
          {virtual.getVirtualItems().map((item) => {
            const bar = bars[item.index]
            return bar ? (
              <li key={bar.id} className={styles.row} style={{ transform: `translateY(${item.start}px)` }}>
                <Row store={store} bar={bar} scale={scale} selected={bar.id === selected} critical={critical.path.includes(bar.index)} onOpen={onOpen} />
              </li>
            ) : null
          })}
        </ul>
      </div>
    </section>
  )
}

function Axis({ scale }: { scale: Scale }) {
  const zone = useZone()
  const long = scale.to - scale.from > 24 * SLOW_FROM_MS
  const format = (at: number) => (long ? `${zone.day(at)} ${zone.time(at)}` : scale.stepMs < 60_000 ? zone.timeWithSeconds(at) : zone.time(at))
  return (
    <div className={styles.axis}>
      <span className={styles.label}>{zone.zoneName(scale.from)}</span>
      <div className={styles.area}>
        {scale.ticks.map((tick) => (
          <span key={tick} className={styles.tick} style={{ left: percent(placeOf(scale, tick)) }}>
            {format(tick)}
          </span>
        ))}
      </div>
    </div>
  )
}

function Row({
  store,
  bar,
  scale,
  selected,
  critical,
  onOpen,
}: {
  store: PlanStore
  bar: Bar
  scale: Scale
  selected: boolean
  critical: boolean
  onOpen: (taskId: string) => void
}) {
  const task = useTask(store, bar.id)
  if (!task) return null
  const { glyph, word, attention } = taskWords[task.state]
  const reason = toReason(task)
  const length = bar.ran ? formatDuration(bar.ran[1] - bar.ran[0]) : ''
  const piece = (span: readonly [number, number] | null, kind: string) =>
    span ? (
      <i
        className={styles.piece}
        data-kind={kind}
        data-attention={attention}
        style={{ left: percent(placeOf(scale, span[0])), width: percent(placeOf(scale, span[1]) - placeOf(scale, span[0])) }}
      />
    ) : null
  return (
    <button
      type="button"
      className={styles.bar}
      data-task={bar.id}
      data-critical={critical}
      aria-pressed={selected}
      onClick={() => onOpen(bar.id)}
      title={reason || word}
    >
      <span className={styles.label}>
        <span aria-hidden="true" className={styles.glyph} data-attention={attention}>
          {glyph}
        </span>{' '}
        <b>{task.key}</b> {task.title}
        <span className={styles.unseen}>
          , {word}
          {length ? `, ${length}` : ''}
          {reason ? `, ${reason}` : ''}
        </span>
      </span>
      <span className={styles.area} aria-hidden="true">
        {piece(bar.expected, 'expected')}
        {piece(bar.waited, 'waited')}
        {piece(bar.ran, 'ran')}
        <span className={styles.length} style={toLabelPlace(bar, scale)}>
          {bar.ran ? [length, attention === 'alarm' ? reason : ''].filter(Boolean).join(' · ') : reason}
        </span>
      </span>
    </button>
  )
}

/** Behind what ran, or before it where there is no room behind; what has not begun says at the left why. */
function toLabelPlace(bar: Bar, scale: Scale): { left: string } | { right: string } {
  if (!bar.ran) return { left: '0' }
  const [start, end] = [placeOf(scale, bar.ran[0]), placeOf(scale, bar.ran[1])]
  return end > 0.85 && start > 0.15 ? { right: percent(1 - start) } : { left: percent(end) }
}

const percent = (share: number): string => `${(share * 100).toFixed(3)}%`
