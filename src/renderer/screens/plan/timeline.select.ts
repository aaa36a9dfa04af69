import { type TaskView, taskWords } from '../../../contract/index.ts'
import type { Critical } from './critical.ts'
import type { Layout } from './layout.ts'

export type Bar = {
  readonly id: string
  readonly index: number
  /** Was ready and waited; null where it never waited or is not there yet. Milliseconds, epoch. */
  readonly waited: readonly [from: number, to: number] | null
  readonly ran: readonly [from: number, to: number] | null
  /** What is expected: the rest of what runs, or the place of what has not begun if nothing waits. */
  readonly expected: readonly [from: number, to: number] | null
}

/** One bar for each task, in the order in which they began, then in the order in which they can. */
export function toBars(tasks: readonly TaskView[], layout: Layout, critical: Critical, now: number): Bar[] {
  const bars = tasks.map((task, index) => toBar(task, index, critical.ends[index] ?? 0, now))
  const column = (bar: Bar) => layout.column[bar.index] ?? 0
  return bars.sort((a, b) => {
    if (a.ran && b.ran) return a.ran[0] - b.ran[0] || a.index - b.index
    if (a.ran || b.ran) return a.ran ? -1 : 1
    return column(a) - column(b) || a.index - b.index
  })
}

function toBar(task: TaskView, index: number, endsIn: number, now: number): Bar {
  const { id, readyAt, startedAt, endedAt, expectedMs } = task
  const over = endedAt !== null || taskWords[task.state].attention === 'alarm' || task.state === 'cancelled' || task.state === 'skipped'
  const ran = startedAt === null ? null : ([startedAt, Math.max(startedAt, endedAt ?? now)] as const)
  const waited = readyAt === null ? null : ([readyAt, Math.max(readyAt, startedAt ?? endedAt ?? now)] as const)
  const length = expectedMs ?? 0
  const expected = over || endsIn <= 0 ? null : ran ? ([now, now + endsIn] as const) : ([Math.max(now, now + endsIn - length), now + endsIn] as const)
  return { id, index, waited: waited && waited[1] - waited[0] >= 1000 ? waited : null, ran, expected }
}

/** From the first thing that happened to the last that did or is expected. */
export function toSpan(bars: readonly Bar[], now: number): readonly [from: number, to: number] {
  let from = Number.POSITIVE_INFINITY
  let to = 0
  for (const bar of bars)
    for (const piece of [bar.waited, bar.ran, bar.expected]) {
      if (!piece) continue
      from = Math.min(from, piece[0])
      to = Math.max(to, piece[1])
    }
  return to === 0 ? [now, now + 60_000] : [from, to]
}
