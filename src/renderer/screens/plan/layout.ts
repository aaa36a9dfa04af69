/** What the layout needs to know of a task: its name in the plan and what it waits for. */
export type LayoutNode = { readonly key: string; readonly dependsOn: readonly string[] }

/** Two half rows lie between the middles of neighbours in a column, so that a task can stand between two others. */
export const ROW_STEP = 2

/** Where every task stands, on a grid of whole numbers. Index = index of the task in the list that was laid out. */
export type Layout = {
  readonly size: number
  readonly column: Int32Array
  /** In half rows. */
  readonly row: Int32Array
  /** Tasks of each column, top to bottom. */
  readonly columns: readonly Int32Array[]
  readonly bounds: { readonly columns: number; readonly top: number; readonly bottom: number }
  readonly edges: { readonly from: Int32Array; readonly to: Int32Array }
  /** Edges that end at (`into`) or start from (`out`) a task: `list.slice(start[i], start[i + 1])` are edge numbers. */
  readonly into: Bundle
  readonly out: Bundle
}
export type Bundle = { readonly start: Int32Array; readonly list: Int32Array }

const SWEEPS = 4

/**
 * Left to right by longest path, then rows by four sweeps over the neighbours' mean, then each column as close to its
 * neighbours as order allows. Linear in tasks and edges but for sorting inside a column. Depends on structure only: a
 * task that changes its state never moves another one. Names that are not in the list are passed over; tasks on a
 * circle, which the engine refuses, stand in the first column.
 */
export function layOut(nodes: readonly LayoutNode[]): Layout {
  const size = nodes.length
  const edges = toEdges(nodes)
  const into = bundle(size, edges.to)
  const out = bundle(size, edges.from)
  const layers = toLayers(size, edges, into, out)
  const rank = new Float64Array(size)
  for (const layer of layers) setRanks(layer, rank)
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const forward = sweep % 2 === 0
    for (let i = 0; i < layers.length; i++)
      order(layers[forward ? i : layers.length - 1 - i] ?? [], rank, forward ? into : out, forward ? edges.from : edges.to)
  }
  const columns = fold(layers, Math.max(12, Math.ceil(3 * Math.sqrt(size))))
  const { column, row } = place(size, columns, edges, into, out)
  return { size, column, row, columns: columns.map((list) => Int32Array.from(list)), bounds: toBounds(columns.length, row), edges, into, out }
}

function toEdges(nodes: readonly LayoutNode[]): Layout['edges'] {
  const index = new Map(nodes.map((node, i) => [node.key, i]))
  const from: number[] = []
  const to: number[] = []
  nodes.forEach((node, i) => {
    for (const key of new Set(node.dependsOn)) {
      const source = index.get(key)
      if (source === undefined || source === i) continue
      from.push(source)
      to.push(i)
    }
  })
  return { from: Int32Array.from(from), to: Int32Array.from(to) }
}

function bundle(size: number, ends: Int32Array): Bundle {
  const start = new Int32Array(size + 1)
  for (const end of ends) start[end + 1] = (start[end + 1] ?? 0) + 1
  for (let i = 0; i < size; i++) start[i + 1] = (start[i + 1] ?? 0) + (start[i] ?? 0)
  const next = start.slice(0, size)
  const list = new Int32Array(ends.length)
  ends.forEach((end, edge) => {
    const at = next[end] ?? 0
    list[at] = edge
    next[end] = at + 1
  })
  return { start, list }
}

const at = (values: Int32Array | Float64Array, i: number): number => values[i] ?? 0
/** Numbers a layer from its middle outwards. */
function setRanks(layer: readonly number[], rank: Float64Array): void {
  layer.forEach((node, i) => {
    rank[node] = i - layer.length / 2
  })
}

function toLayers(size: number, edges: Layout['edges'], into: Bundle, out: Bundle): number[][] {
  const layer = new Int32Array(size)
  const open = new Int32Array(size)
  const queue: number[] = []
  for (let i = 0; i < size; i++) {
    open[i] = at(into.start, i + 1) - at(into.start, i)
    if (at(open, i) === 0) queue.push(i)
  }
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] ?? 0
    for (let e = at(out.start, node); e < at(out.start, node + 1); e++) {
      const target = at(edges.to, at(out.list, e))
      layer[target] = Math.max(at(layer, target), at(layer, node) + 1)
      open[target] = at(open, target) - 1
      if (at(open, target) === 0) queue.push(target)
    }
  }
  const layers: number[][] = []
  for (let i = 0; i < size; i++) {
    const depth = at(open, i) > 0 ? 0 : at(layer, i)
    while (layers.length <= depth) layers.push([])
    layers[depth]?.push(i)
  }
  return layers.filter((list) => list.length > 0)
}

/** Sorts one layer by the mean rank of its neighbours on one side; a task without any stays where it is. */
function order(layer: number[], rank: Float64Array, side: Bundle, ends: Int32Array): void {
  const wish = new Map(layer.map((node) => [node, mean(node, rank, side, ends) ?? at(rank, node)]))
  layer.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0) || a - b)
  setRanks(layer, rank)
}

function mean(node: number, values: Float64Array | Int32Array, side: Bundle, ends: Int32Array): number | undefined {
  const first = at(side.start, node)
  const last = at(side.start, node + 1)
  if (first === last) return undefined
  let sum = 0
  for (let e = first; e < last; e++) sum += at(values, at(ends, at(side.list, e)))
  return sum / (last - first)
}

/** A layer that is much taller than the whole is wide is folded into columns beside each other. */
function fold(layers: readonly number[][], tallest: number): number[][] {
  return layers.flatMap((layer) => {
    const parts = Math.ceil(layer.length / tallest)
    const height = Math.ceil(layer.length / parts)
    return Array.from({ length: parts }, (_, i) => layer.slice(i * height, (i + 1) * height))
  })
}

/** Forward by what a task waits for, back by what waits for it, forward again: straight lines where there is room. */
function place(size: number, columns: readonly number[][], edges: Layout['edges'], into: Bundle, out: Bundle) {
  const column = new Int32Array(size)
  const row = new Int32Array(size)
  columns.forEach((list, c) => {
    list.forEach((node, i) => {
      column[node] = c
      row[node] = ROW_STEP * i - (list.length - 1)
    })
  })
  const pass = (list: readonly number[], side: Bundle, ends: Int32Array) => {
    const wishes = list.map((node) => mean(node, row, side, ends) ?? at(row, node))
    spread(wishes).forEach((value, i) => {
      row[list[i] ?? 0] = value
    })
  }
  for (const list of columns) pass(list, into, edges.from)
  for (const list of columns.toReversed()) pass(list, out, edges.to)
  for (const list of columns) pass(list, into, edges.from)
  return { column, row }
}

/** Whole numbers in the given order, at least a step apart, as near to the wishes as that allows (pool adjacent violators). */
export function spread(wishes: readonly number[]): number[] {
  const sums: number[] = []
  const counts: number[] = []
  wishes.forEach((wish, i) => {
    let sum = wish - ROW_STEP * i
    let count = 1
    while (sums.length > 0 && (sums.at(-1) ?? 0) / (counts.at(-1) ?? 1) >= sum / count) {
      sum += sums.pop() ?? 0
      count += counts.pop() ?? 0
    }
    sums.push(sum)
    counts.push(count)
  })
  const placed: number[] = []
  sums.forEach((sum, block) => {
    const shift = Math.round(sum / (counts[block] ?? 1))
    for (let k = 0; k < (counts[block] ?? 0); k++) placed.push(shift + ROW_STEP * placed.length)
  })
  return placed
}

function toBounds(columns: number, row: Int32Array): Layout['bounds'] {
  let top = 0
  let bottom = 0
  for (const value of row) {
    if (value < top) top = value
    if (value > bottom) bottom = value
  }
  return { columns, top, bottom }
}
