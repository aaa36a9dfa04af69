import type { Layout } from './layout.ts'

/** Indexes of everything that depends on a task, directly or through others; the task itself is not among them. */
export function dependentsOf(layout: Layout, index: number): number[] {
  const seen = new Set<number>([index])
  const queue = [index]
  for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
    for (let e = layout.out.start[i] ?? 0; e < (layout.out.start[i + 1] ?? 0); e++) {
      const next = layout.edges.to[layout.out.list[e] ?? 0] ?? 0
      if (seen.has(next)) continue
      seen.add(next)
      queue.push(next)
    }
  }
  seen.delete(index)
  return [...seen]
}
