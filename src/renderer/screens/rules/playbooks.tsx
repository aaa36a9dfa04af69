import { useState } from 'react'
import type { PlaybookView } from '../../../contract/playbooks.ts'
import { replacePlace } from '../../live/place.ts'
import { useAsk } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { useKeys } from '../../parts/keys.ts'
import { Meter } from '../../parts/meter.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { At } from '../../parts/time.tsx'
import { useRowKeys } from '../../parts/use-row-keys.ts'
import { showHidden } from '../../parts/visible-text.ts'
import { useZone, type ZoneFormat } from '../../parts/zone.ts'
import { fitted } from './fitted.ts'
import { OverrideDialog } from './override-dialog.tsx'
import { ActivateDialog, EndDialog } from './playbook-acts.tsx'
import { PlaybookDetail } from './playbook-detail.tsx'
import { PlaybookDialog } from './playbook-dialog.tsx'
import { originWords, sorted, toScopeText, toUseText } from './playbooks.select.ts'
import styles from './rules.module.css'
import { Trust } from './trust.tsx'

type Asking = { readonly act: 'activate' | 'end'; readonly playbook: PlaybookView }

/** What is answered beforehand (C-22): drafts wait for a word, active ones answer for the owner, each with a scope, caps and an end. */
export function Playbooks({ version, opened }: { version: string; opened: string | undefined }) {
  const zone = useZone()
  const answer = useAsk((client) => client.playbook.list(), [version])
  const [dialog, setDialog] = useState<'draft' | 'override'>()
  const [asking, setAsking] = useState<Asking>()
  const { data, refusal } = answer
  const rows = sorted(data?.playbooks ?? [])
  const found = rows.find(({ id }) => id === opened)
  const close = () => replacePlace('rules', 'playbooks')
  useKeys(opened === undefined ? {} : { escape: close })
  useRowKeys(
    rows,
    ({ id }) => id === opened,
    ({ id }) => replacePlace('rules', 'playbooks', id),
  )
  const drafts = rows.filter(({ state }) => state === 'draft').length
  const done = () => {
    setDialog(undefined)
    setAsking(undefined)
    answer.again()
  }
  return (
    <>
      <div className={styles.beside} data-open={opened !== undefined && data !== undefined}>
        <Card
          title="Playbooks"
          note={
            refusal && answer.at ? (
              <>
                as of <At at={answer.at} seconds />
              </>
            ) : drafts > 0 ? (
              `${drafts.toLocaleString('en-US')} ${drafts === 1 ? 'waits' : 'wait'} for your word`
            ) : null
          }
          actions={
            <>
              <Button onClick={() => setDialog('override')}>Incident override…</Button>
              <Button onClick={() => setDialog('draft')}>Draft a playbook…</Button>
            </>
          }
        >
          <RefusalNote refusal={refusal} again={answer.again} />
          {data ? (
            <div className={styles.answer} data-stale={refusal !== undefined}>
              <p className={styles.muted}>
                A playbook answers for you within its scope, its caps and its days. T3, and whatever has untrusted text in its chain, always asks.
              </p>
              <div className={styles.table} style={fitted(rows.length, 58)}>
                <Table
                  label="Playbooks, drafts first"
                  columns={opened === undefined ? columns(zone, setAsking) : columns(zone, setAsking).filter(({ id }) => shownBeside.has(id))}
                  rows={rows}
                  rowKey={({ id }) => id}
                  rowHeight={58}
                  selected={opened}
                  onOpen={({ id }) => replacePlace('rules', 'playbooks', id)}
                  empty={
                    <Empty title="No playbook yet." action={<Button onClick={() => setDialog('draft')}>Draft the first</Button>}>
                      Everything that asks, asks you. Saying “always” on a card drafts one too.
                    </Empty>
                  }
                />
              </div>
            </div>
          ) : answer.loading ? (
            <Skeleton lines={8} label="Loading playbooks" />
          ) : null}
        </Card>
        {opened !== undefined && data ? <PlaybookDetail playbook={found} onClose={close} /> : null}
      </div>
      {data ? <Trust rows={data.trust} /> : null}
      {dialog === 'draft' ? <PlaybookDialog onClose={() => setDialog(undefined)} onDone={done} /> : null}
      {dialog === 'override' ? <OverrideDialog onClose={() => setDialog(undefined)} onDone={done} /> : null}
      {asking?.act === 'activate' ? <ActivateDialog playbook={asking.playbook} onClose={() => setAsking(undefined)} onDone={done} /> : null}
      {asking?.act === 'end' ? <EndDialog playbook={asking.playbook} onClose={() => setAsking(undefined)} onDone={done} /> : null}
    </>
  )
}

const shownBeside = new Set(['state', 'name', 'used', 'acts'])

const columns = (zone: ZoneFormat, onAsk: (asking: Asking) => void): readonly Column<PlaybookView>[] => [
  { id: 'state', head: 'state', width: '92px', cell: ({ state }) => <StateMark machine="playbook" state={state} /> },
  {
    id: 'name',
    head: 'playbook',
    width: 'minmax(180px, 3fr)',
    cell: ({ name, scope, because }) => (
      <span className={styles.two} title={showHidden(`${toScopeText(scope)}. ${because}`)}>
        <strong>{showHidden(name)}</strong>
        <span className={styles.muted}>{showHidden(toScopeText(scope))}</span>
      </span>
    ),
  },
  {
    id: 'origin',
    head: 'rests on',
    width: 'minmax(110px, 1.6fr)',
    cell: ({ origin, because }) => (
      <span className={styles.two} title={showHidden(because)}>
        <span>{originWords[origin]}</span>
        <span className={styles.muted}>{showHidden(because)}</span>
      </span>
    ),
  },
  {
    id: 'used',
    head: 'used',
    width: 'minmax(176px, 1.4fr)',
    cell: (playbook) => (
      <span className={styles.two}>
        <Meter label={`Used of ${playbook.name}`} value={playbook.uses} max={playbook.maxUses} text={toUseText(playbook)} marks={[playbook.maxUses * 0.9]} />
        <span className={styles.muted}>{toUseText(playbook)}</span>
      </span>
    ),
  },
  {
    id: 'until',
    head: 'until',
    width: '152px',
    cell: ({ state, days, expiresAt, endedAt }) =>
      state === 'draft' ? (
        <span className={styles.muted}>{`${days} ${days === 1 ? 'day' : 'days'} once active`}</span>
      ) : endedAt !== null ? (
        <span className={styles.muted} title={zone.full(endedAt)}>
          ended {zone.day(endedAt)}
        </span>
      ) : expiresAt === null ? (
        '–'
      ) : (
        <time title={zone.utc(expiresAt)}>{zone.full(expiresAt)}</time>
      ),
  },
  {
    id: 'acts',
    head: '',
    width: '184px',
    align: 'end',
    cell: (playbook) => {
      const name = showHidden(playbook.name)
      const ask = (act: Asking['act']) => () => onAsk({ act, playbook })
      if (playbook.state === 'draft')
        return (
          <>
            <Button aria-label={`Activate ${name}`} onClick={ask('activate')}>
              Activate…
            </Button>
            <Button kind="quiet" aria-label={`Discard ${name}`} onClick={ask('end')}>
              Discard…
            </Button>
          </>
        )
      return playbook.state === 'active' ? (
        <Button kind="quiet" aria-label={`Revoke ${name}`} onClick={ask('end')}>
          Revoke…
        </Button>
      ) : null
    },
  },
]
