/** One line of the bench table. `passed` says whether the gate holds; the moonshot is where we want to be. */
export type BenchRow = {
  id: string
  goal: string
  value: number
  unit: string
  /** The raw figure of the same run that `ratio` is taken against; null when the value stands alone. */
  floor: number | null
  ratio: number | null
  gate: number
  moonshot: number
  passed: boolean
  note: string
}

export type Measured = Omit<BenchRow, 'ratio' | 'passed'> & {
  /** What gate and moonshot speak of, and in which direction it is better. */
  readonly judge: 'value' | 'ratio'
  readonly better: 'higher' | 'lower'
}

export function toRow({ judge, better, ...row }: Measured): BenchRow {
  const ratio = row.floor === null || row.floor === 0 ? null : row.value / row.floor
  const judged = judge === 'ratio' ? ratio : row.value
  return { ...row, ratio, passed: judged !== null && (better === 'higher' ? judged >= row.gate : judged <= row.gate) }
}
