import { unpaint } from './paint.ts'
import { stripControls } from './terminal-text.ts'

export type Column<Row> = { readonly head: string; readonly cell: (row: Row) => string; readonly align?: 'right'; readonly max?: number }

/** Aligned columns, two spaces apart; the last column is not padded. No rows: only the sentence. */
export function toTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], none: string): string[] {
  if (rows.length === 0) return [none]
  const body = rows.map((row) => columns.map((column) => shorten(oneLine(column.cell(row)), column.max ?? 60)))
  const heads = columns.map((column) => column.head.toUpperCase())
  const widths = heads.map((head, at) => Math.max(width(head), ...body.map((cells) => width(cells[at] ?? ''))))
  return [heads, ...body].map((cells) =>
    cells
      .map((cell, at) => pad(cell, at === cells.length - 1 && !columns[at]?.align ? 0 : (widths[at] ?? 0), columns[at]?.align))
      .join('  ')
      .trimEnd(),
  )
}

/** "name   value" lines. An empty value leaves the line out. */
export function toFacts(facts: readonly (readonly [string, string | null | undefined])[]): string[] {
  const shown = facts.filter((fact): fact is readonly [string, string] => Boolean(fact[1]))
  const size = Math.max(0, ...shown.map(([name]) => width(name)))
  return shown.map(([name, value]) => `${pad(name, size)}  ${value.replace(/\n/g, `\n${' '.repeat(size + 2)}`)}`)
}

export const oneLine = (text: string): string => stripControls(text).replace(/\s+/g, ' ').trim()

/** Painted text is not cut: the marks that colour it would be lost. */
export function shorten(text: string, max: number): string {
  if (width(text) <= max || text !== unpaint(text)) return text
  return `${[...text]
    .slice(0, max - 1)
    .join('')
    .trimEnd()}…`
}

export function pad(text: string, size: number, align?: 'right'): string {
  const space = ' '.repeat(Math.max(0, size - width(text)))
  return align === 'right' ? space + text : text + space
}

const width = (text: string): number => [...unpaint(text)].length
