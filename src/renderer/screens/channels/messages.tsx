import { useCallback } from 'react'
import { ChannelName } from '../../../contract/channels.ts'
import { placeHref, replaceHref, usePlace, withQuery } from '../../live/place.ts'
import { useClient } from '../../live/reef.ts'
import { toRefusal } from '../../live/refusal.ts'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Select } from '../../parts/field.tsx'
import { useKeys } from '../../parts/keys.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { StateMark, wordOf } from '../../parts/state-mark.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { At } from '../../parts/time.tsx'
import { useNarrow } from '../../parts/use-narrow.ts'
import { usePages } from '../../parts/use-pages.ts'
import { useRowKeys } from '../../parts/use-row-keys.ts'
import styles from './channels.module.css'
import { channelNames, channelOrder, kindWords, type Passed, paging, toLine, toPassed, toResult } from './channels.select.ts'
import { MessageDetail } from './message-detail.tsx'

const LIMIT = 100
/** Below these there is no room for every column. */
const TIGHT_PX = 1000
const POCKET_PX = 620

/** The last words both ways, newest first: what REEF sent and how it fared, what came and what REEF made of it. */
export function Messages({ version, opened }: { version: string; opened: string | undefined }) {
  const client = useClient()
  const { query } = usePlace()
  const channel = ChannelName.safeParse(query['channel']).data
  const read = useCallback(
    (after: Passed | undefined) =>
      client.channel.messages({ limit: LIMIT, ...(after && { before: after.id }), ...(channel && { channel }) }).then((answer) => toPassed(answer, LIMIT)),
    [client, channel],
  )
  const pages = usePages(paging, read, LIMIT, version)
  const hrefOf = (id?: string) => withQuery(placeHref('channels', 'messages', id), { channel })
  const open = (row: Passed) => replaceHref(hrefOf(row.id))
  const close = () => replaceHref(hrefOf())
  useRowKeys(pages.rows, ({ id }) => id === opened, open)
  useKeys(opened === undefined ? {} : { escape: close })
  const isPocket = useNarrow(POCKET_PX)
  const isTight = useNarrow(TIGHT_PX)
  const shown = isPocket ? pocketColumns : isTight || opened !== undefined ? tightColumns : columns
  const found = pages.rows.find(({ id }) => id === opened)
  return (
    <div className={styles.beside} data-open={opened !== undefined}>
      <Card
        className={styles.main}
        title="Messages"
        note={pages.rows.length === 0 ? null : `${pages.complete ? 'all' : 'the newest'} ${pages.rows.length.toLocaleString('en-US')}`}
        actions={
          <div className={styles.pick}>
            <Select
              bare
              label="Over"
              value={channel ?? ''}
              options={[['', 'every channel'], ...channelOrder.map((name) => [name, channelNames[name]] as const)]}
              onChange={(event) => replaceHref(withQuery(placeHref('channels', 'messages'), { channel: event.target.value || undefined }))}
            />
          </div>
        }
      >
        <RefusalNote refusal={pages.problem === undefined ? undefined : toRefusal(pages.problem)} again={pages.again} />
        {pages.loading ? (
          <Skeleton lines={8} label="Loading messages" />
        ) : (
          <div className={styles.list}>
            <Table
              label="Messages both ways, newest first"
              columns={shown}
              rows={pages.rows}
              rowKey={({ id }) => id}
              selected={opened}
              onOpen={open}
              onEnd={pages.more}
              empty={
                pages.problem !== undefined ? (
                  'Not known.'
                ) : (
                  <Empty title="No message yet.">What goes to your phone and what comes back stands here, each with what became of it.</Empty>
                )
              }
            />
          </div>
        )}
      </Card>
      {opened === undefined ? null : <MessageDetail passed={found} onClose={close} />}
    </div>
  )
}

const machineOf = ({ way }: Passed) => (way === 'out' ? 'message' : 'incoming')
const stateWord = (row: Passed) => wordOf(machineOf(row), row.message.state).word
const State = ({ row, glyphOnly = false }: { row: Passed; glyphOnly?: boolean }) => (
  <StateMark machine={machineOf(row)} state={row.message.state} glyphOnly={glyphOnly} />
)

const columns: readonly Column<Passed>[] = [
  { id: 'at', head: 'time', width: '124px', cell: ({ at }) => <At at={at} seconds /> },
  {
    id: 'way',
    head: 'way',
    width: '76px',
    cell: ({ way }) => (way === 'out' ? <span>→ to you</span> : <strong>← from</strong>),
  },
  { id: 'channel', head: 'over', width: '84px', cell: ({ message }) => channelNames[message.channel] },
  { id: 'kind', head: 'what', width: '102px', cell: (row) => (row.way === 'out' ? kindWords[row.message.kind] : 'reply') },
  { id: 'text', head: 'words', width: 'minmax(160px, 4fr)', cell: (row) => <span title={toLine(row)}>{toLine(row)}</span> },
  {
    id: 'state',
    head: 'state',
    width: 'minmax(130px, 1.2fr)',
    cell: (row) => (
      <span title={stateWord(row)}>
        <State row={row} />
      </span>
    ),
  },
  { id: 'result', head: 'what became of it', width: 'minmax(140px, 2fr)', cell: (row) => <span title={toResult(row)}>{toResult(row)}</span> },
]

/** Beside an opened message, and in a window of its width. */
const tightColumns = columns.filter(({ id }) => ['at', 'way', 'text', 'state'].includes(id))

/** As wide as a phone: when, which way and what; the state keeps its word for who hears it. */
const pocketColumns: readonly Column<Passed>[] = [
  { id: 'at', head: 'time', width: '92px', cell: ({ at }) => <At at={at} /> },
  {
    id: 'text',
    head: 'words',
    width: 'minmax(0, 1fr)',
    cell: (row) => (
      <span title={toLine(row)}>
        {row.way === 'out' ? '→' : '←'} {toLine(row)}
      </span>
    ),
  },
  { id: 'state', head: 'state', width: '40px', cell: (row) => <State row={row} glyphOnly /> },
]
