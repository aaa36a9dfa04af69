import { useCallback, useState } from 'react'
import type { AdjustmentView } from '../../../contract/ledger.ts'
import { placeHref } from '../../live/place.ts'
import { useClient } from '../../live/reef.ts'
import { toRefusal } from '../../live/refusal.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Money } from '../../parts/money.tsx'
import { createPaging } from '../../parts/pages.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { At } from '../../parts/time.tsx'
import { usePages } from '../../parts/use-pages.ts'
import { CorrectionDialog } from './correction-dialog.tsx'
import { Invoice } from './invoice.tsx'

const LIMIT = 100
const paging = createPaging((adjustment: AdjustmentView) => adjustment.id)

/** A bill is never changed: what it got wrong is set right by a row of its own (U-78). An invoice of a provider says whether something is wrong. */
export function Corrections({ version }: { version: string }) {
  const client = useClient()
  const [adding, setAdding] = useState(false)
  const read = useCallback(
    (after: AdjustmentView | undefined) => client.spend.adjustments({ limit: LIMIT, ...(after && { before: after.id }) }).then((answer) => answer.adjustments),
    [client],
  )
  const pages = usePages(paging, read, LIMIT, version)
  return (
    <>
      <Invoice />
      <Card title="Corrections" actions={<Button onClick={() => setAdding(true)}>Book a correction…</Button>}>
        <RefusalNote refusal={pages.problem === undefined ? undefined : toRefusal(pages.problem)} again={pages.again} />
        {pages.loading ? (
          <Skeleton lines={4} label="Loading corrections" />
        ) : pages.rows.length === 0 ? (
          pages.problem === undefined ? (
            <Empty title="Nothing was corrected.">A credit, a fee or a difference of an invoice is booked here and counts in the day it belongs to.</Empty>
          ) : null
        ) : (
          <div style={{ height: Math.min(pages.rows.length, 12) * 30 + 34 }}>
            <Table label="Corrections, newest first" columns={columns} rows={pages.rows} rowKey={(row) => row.id} onEnd={pages.more} />
          </div>
        )}
      </Card>
      {adding ? <CorrectionDialog onClose={() => setAdding(false)} /> : null}
    </>
  )
}

const columns: readonly Column<AdjustmentView>[] = [
  { id: 'at', head: 'booked', width: '118px', cell: (row) => <At at={row.at} /> },
  { id: 'charged', head: 'counts in', width: '118px', cell: (row) => <At at={row.chargedAt} /> },
  { id: 'provider', head: 'provider', width: 'minmax(90px, 1fr)', cell: (row) => row.provider },
  { id: 'amount', head: 'amount', width: '84px', align: 'end', cell: (row) => <Money amount={row.amount} /> },
  { id: 'reason', head: 'why', width: 'minmax(160px, 4fr)', cell: (row) => <span title={row.reason}>{row.reason}</span> },
  {
    id: 'call',
    head: 'call',
    width: '70px',
    cell: (row) => (row.callId ? <a href={placeHref('spend', 'calls', row.callId)}>its call</a> : ''),
  },
  { id: 'actor', head: 'by', width: '76px', cell: (row) => (row.actor === 'owner' ? 'you' : row.actor) },
]
