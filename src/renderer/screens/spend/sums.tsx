import type { SpendSummary, TokenUsage } from '../../../contract/ledger.ts'
import { formatMoney } from '../../../contract/money.ts'
import { formatExact, Money } from '../../parts/money.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import styles from './spend.module.css'
import { type NamedRow, REST } from './spend.select.ts'

const ROW = 30
const MOST_ROWS_SHOWN = 12

const count = (n: number): string => n.toLocaleString('en-US')

const tokens = (id: keyof TokenUsage, head: string): Column<NamedRow> => ({
  id,
  head,
  width: 'minmax(76px, 1fr)',
  align: 'end',
  cell: (row) => count(row.usage[id]),
})

/** One row for each key of a dimension and, under it, the sum; the rows always add up to it, to the nanodollar. */
export function Sums({ summary, rows, hrefOf }: { summary: SpendSummary; rows: readonly NamedRow[]; hrefOf: (key: string) => string }) {
  const columns: readonly Column<NamedRow>[] = [
    {
      id: 'key',
      head: summary.by,
      width: 'minmax(140px, 3fr)',
      cell: (row) => {
        return row.key === REST ? row.name : <a href={hrefOf(row.key)}>{row.name}</a>
      },
    },
    { id: 'cost', head: 'cost', width: '88px', align: 'end', cell: (row) => <Money amount={row.cost} /> },
    {
      id: 'share',
      head: 'share',
      width: 'minmax(80px, 1fr)',
      cell: (row) => (
        <span className={styles.share}>
          <span className={styles.bar}>
            <span style={{ width: `${row.share * 100}%` }} />
          </span>
          {Math.round(row.share * 100)} %
        </span>
      ),
    },
    { id: 'listCost', head: 'at list price', width: '96px', align: 'end', cell: (row) => <Money amount={row.listCost} /> },
    { id: 'calls', head: 'calls', width: '72px', align: 'end', cell: (row) => count(row.calls) },
    tokens('input', 'input'),
    tokens('cacheRead', 'cache read'),
    tokens('cacheWrite', 'cache write'),
    tokens('output', 'output'),
  ]
  return (
    <>
      <div style={{ height: (Math.min(rows.length, MOST_ROWS_SHOWN) + 1) * ROW + 2 }}>
        <Table label={`Spend by ${summary.by}`} columns={columns} rows={rows} rowKey={(row) => row.key} rowHeight={ROW} />
      </div>
      <p className={styles.total}>
        <strong>{formatMoney(summary.total)}</strong> together, to the last digit {formatExact(summary.total)}, in {count(summary.calls)}{' '}
        {summary.calls === 1 ? 'call' : 'calls'}
      </p>
    </>
  )
}
