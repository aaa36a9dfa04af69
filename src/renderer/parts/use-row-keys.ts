import { useKeys } from './keys.ts'

/**
 * `j` and `]` go to the next row, `k` and `[` to the one before (U-17), wherever the focus is. Nothing opened yet: the first row.
 * At an end it stays.
 */
export function useRowKeys<Row>(rows: readonly Row[], isOpen: (row: Row) => boolean, open: (row: Row) => void): void {
  const go = (distance: 1 | -1) => {
    const at = rows.findIndex(isOpen)
    const row = at === -1 ? rows[0] : rows[at + distance]
    if (row !== undefined) open(row)
  }
  useKeys({ j: () => go(1), ']': () => go(1), k: () => go(-1), '[': () => go(-1) })
}
