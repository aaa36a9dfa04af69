import { useCallback, useEffect, useState } from 'react'
import type { AuditRow } from '../../../contract/events.ts'
import { goTo, placeHref, replacePlace } from '../../live/place.ts'
import { useClient, useLive, useReef } from '../../live/reef.ts'
import { toRefusal } from '../../live/refusal.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { useKeys } from '../../parts/keys.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { At } from '../../parts/time.tsx'
import { usePaced } from '../../parts/use-paced.ts'
import { usePages } from '../../parts/use-pages.ts'
import { useRowKeys } from '../../parts/use-row-keys.ts'
import styles from './audit.module.css'
import { type Filter, isDecision, isNarrowed, noFilter, paging, toSummary } from './audit.select.ts'
import { Detail } from './detail.tsx'
import { Explanation } from './explanation.tsx'
import { ExportMenu } from './export-menu.tsx'
import { FilterBar } from './filter-bar.tsx'
import { Verify } from './verify.tsx'

const LIMIT = 200
const REFRESH_MS = 500

/**
 * Everything that happened, newest first, chained by hashes (U-35). `#/audit/<seq>` opens one row beside the list, `#/audit/explain/<approval>` says
 * how a decision came about.
 */
export function AuditScreen({ params }: { params: readonly string[] }) {
  const opened = /^\d+$/.test(params[0] ?? '') ? Number(params[0]) : undefined
  const explained = params[0] === 'explain' && params[1] && isDecision(params[1]) ? params[1] : undefined
  const beside = opened !== undefined || explained !== undefined
  const [filter, setFilter] = useState<Filter>(noFilter)
  const [follow, setFollow] = useState(true)
  const head = useReef((facts) => facts.seq)
  const epoch = useLive((state) => state.epoch)
  // While a row is read, the list stands still: new rows wait behind a button (U-19).
  const live = follow && !beside
  const [held, setHeld] = useState(head)
  useEffect(() => {
    if (live) setHeld(head)
  }, [live, head])
  const newest = usePaced(live ? head : held, REFRESH_MS)
  const client = useClient()
  const read = useCallback(
    (after: AuditRow | undefined) =>
      client.audit
        .list({
          limit: LIMIT,
          ...(after && { before: String(after.seq) }),
          ...Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== '')),
        })
        .then((answer) => answer.rows),
    [client, filter],
  )
  const pages = usePages(paging, read, LIMIT, `${epoch}.${newest}`)
  const filtered = isNarrowed(filter)
  const waiting = pages.loading || live ? 0 : head - held
  const show = () => setHeld(head)
  useKeys(waiting > 0 ? { n: show } : {})
  useRowKeys(
    pages.rows,
    (row) => row.seq === opened,
    (row) => replacePlace('audit', String(row.seq)),
  )

  return (
    <div className={styles.screen} data-open={beside}>
      <h1 className={styles.unseen}>Audit</h1>
      <Card className={styles.main} title="Audit" note={`${head.toLocaleString('en-US')} events`} actions={<ExportMenu rows={pages.rows} />}>
        <Verify head={head} />
        <FilterBar filter={filter} onChange={setFilter} follow={follow} onFollow={setFollow} />
        <RefusalNote refusal={pages.problem === undefined ? undefined : toRefusal(pages.problem)} again={pages.again} />
        {waiting > 0 ? (
          <p className={styles.waiting}>
            <Button onClick={show} hint="n">
              {waiting.toLocaleString('en-US')} new
            </Button>
          </p>
        ) : null}
        {pages.loading ? (
          <Skeleton lines={8} label="Loading the record" />
        ) : (
          <div className={styles.list}>
            <Table
              label="Events, newest first"
              columns={beside ? columns.filter((column) => column.id !== 'hash') : columns}
              rows={pages.rows}
              rowKey={(row) => String(row.seq)}
              selected={opened === undefined ? undefined : String(opened)}
              onOpen={(row) => goTo('audit', String(row.seq))}
              onEnd={pages.more}
              empty={
                pages.problem !== undefined ? (
                  'Not known.'
                ) : filtered ? (
                  <Empty title="Nothing of this kind has happened." action={<Button onClick={() => setFilter(noFilter)}>Show everything</Button>} />
                ) : (
                  <Empty title="Nothing has happened yet.">
                    Every act of yours, of an agent and of the engine is written here with the change that it reports.
                  </Empty>
                )
              }
            />
          </div>
        )}
      </Card>
      {opened === undefined ? null : (
        <Detail seq={opened} known={pages.rows.find((row) => row.seq === opened)} onSubject={(subject) => setFilter({ ...noFilter, subject })} />
      )}
      {explained === undefined ? null : <Explanation key={explained} id={explained} />}
    </div>
  )
}

const columns: readonly Column<AuditRow>[] = [
  { id: 'seq', head: 'no.', width: '64px', align: 'end', cell: (row) => <a href={placeHref('audit', String(row.seq))}>{row.seq}</a> },
  { id: 'at', head: 'time', width: '124px', cell: (row) => <At at={row.at} seconds /> },
  { id: 'type', head: 'what', width: 'minmax(148px, 1.2fr)', cell: (row) => row.type },
  { id: 'who', head: 'who', width: 'minmax(84px, 0.8fr)', cell: (row) => row.actor },
  { id: 'summary', head: 'about', width: 'minmax(120px, 3fr)', cell: (row) => toSummary(row) || row.subject },
  { id: 'hash', head: 'hash', width: '84px', cell: (row) => <code>{row.hash.slice(0, 8)}</code> },
]
