import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import styles from './table.module.css'

export type Column<Row> = {
  readonly id: string
  readonly head: ReactNode
  /** A CSS grid track, e.g. `80px` or `minmax(0, 2fr)`; the default shares what is left. */
  readonly width?: string
  readonly align?: 'end'
  readonly cell: (row: Row) => ReactNode
}

/**
 * A table of any length: only the rows in view are in the document. Arrows, Page Up/Down, Home and End move between rows, Enter opens one.
 * The parent gives it a height (it fills it); `onEnd` is called when the last row comes into view, for paging.
 */
export function Table<Row>({
  label,
  columns,
  rows,
  rowKey,
  onOpen,
  selected,
  empty,
  rowHeight = 30,
  onEnd,
}: {
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  onOpen?: (row: Row) => void
  selected?: string | undefined
  empty?: ReactNode
  rowHeight?: number
  onEnd?: () => void
}) {
  const box = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState(0)
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => rowHeight, overscan: 12 })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? -1
  useEffect(() => {
    if (onEnd && rows.length > 0 && last >= rows.length - 1) onEnd()
  }, [last, rows.length, onEnd])
  const active = Math.min(at, Math.max(0, rows.length - 1))

  const focusRow = (index: number) => {
    const to = Math.min(rows.length - 1, Math.max(0, index))
    setAt(to)
    virtual.scrollToIndex(to)
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-index="${to}"]`)?.focus({ preventScroll: true }))
  }
  const press = (event: KeyboardEvent) => {
    const row = rows[active]
    if ((event.key === 'Enter' || event.key === ' ') && (event.target as HTMLElement).getAttribute('role') === 'row') {
      if (row && onOpen) {
        event.preventDefault()
        onOpen(row)
      }
      return
    }
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 300) / rowHeight) - 1)
    const to = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: rows.length - 1 }[event.key]
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    focusRow(to)
  }
  const tracks = columns.map((column) => column.width ?? 'minmax(0, 1fr)').join(' ')
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows are positioned by a virtualiser, which a real table cannot do.
    <div className={styles.table} role="grid" aria-label={label} aria-rowcount={rows.length + 1} ref={box} onKeyDown={press} data-opens={Boolean(onOpen)}>
      {/* biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: as above; the head row takes no focus. */}
      <div className={styles.head} role="row" aria-rowindex={1} style={{ gridTemplateColumns: tracks }}>
        {columns.map((column) => (
          // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: as above.
          <span key={column.id} role="columnheader" data-align={column.align}>
            {column.head}
          </span>
        ))}
      </div>
      {rows.length === 0 ? (
        // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: as above.
        <div role="row" aria-rowindex={2} className={styles.empty}>
          {/* biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: as above. */}
          <div role="gridcell">{empty ?? 'Nothing here.'}</div>
        </div>
      ) : null}
      <div role={rows.length > 0 ? 'rowgroup' : undefined} className={styles.body} style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index]
          if (row === undefined) return null
          const key = rowKey(row)
          return (
            // biome-ignore lint/a11y/useSemanticElements lint/a11y/useKeyWithClickEvents: as above; the grid hears the keys.
            <div
              key={key}
              role="row"
              className={styles.row}
              aria-rowindex={item.index + 2}
              aria-selected={selected === undefined ? undefined : key === selected}
              data-index={item.index}
              tabIndex={item.index === active ? 0 : -1}
              style={{ gridTemplateColumns: tracks, height: item.size, transform: `translateY(${item.start}px)` }}
              onFocus={() => setAt(item.index)}
              onClick={onOpen ? (event) => (isControl(event.target) ? undefined : onOpen(row)) : undefined}
            >
              {columns.map((column) => (
                // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: the row takes the focus.
                <span key={column.id} role="gridcell" data-align={column.align}>
                  {column.cell(row)}
                </span>
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
}

/** A press on a button or a link of a row means that, not the row. */
const isControl = (target: EventTarget): boolean => (target as Element).closest('button, a') !== null
