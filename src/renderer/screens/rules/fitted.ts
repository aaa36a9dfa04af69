import type { CSSProperties } from 'react'

const ROW = 30

/** As high as its rows need; the style's own limit holds for many. An empty table has room for its words. */
export const fitted = (rows: number, rowHeight = ROW): CSSProperties => ({ height: rows === 0 ? 168 : ROW + rows * rowHeight + 4 })
