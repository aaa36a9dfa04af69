import type { DryRun } from '../../../contract/policies.ts'
import { tierWords } from '../../../contract/words.ts'
import { placeHref } from '../../live/place.ts'
import { Meter } from '../../parts/meter.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { At } from '../../parts/time.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import { fitted } from './fitted.ts'
import { type ChangedRow, isRaised, toTrialText } from './policy.select.ts'
import styles from './rules.module.css'

/** What the last actions would have needed: each tier now and under the trial, and every action that would have moved. */
export function DryRunPanel({ run, stale }: { run: DryRun; stale: boolean }) {
  const most = Math.max(1, ...run.tiers.flatMap(({ now, trial }) => [now, trial]))
  return (
    <section className={styles.trial} aria-label="Dry run" data-stale={stale}>
      <p role="status">
        <strong>{toTrialText(run)}</strong> {stale ? 'The text was changed since: run it again.' : ''}
      </p>
      {run.problems.length > 0 || run.actions === 0 ? null : (
        <dl className={styles.bars}>
          {run.tiers.map(({ tier, now, trial }) => (
            <div key={tier}>
              <dt>
                <strong>{tier}</strong> {tierWords[tier]}
              </dt>
              <dd>
                <Pair label={`${tier} now`} words={`${now} now`} value={now} max={most} />
                <Pair label={`${tier} under the trial`} words={`${trial} on trial`} value={trial} max={most} moved={trial !== now} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {run.changed.length === 0 ? null : (
        <div className={styles.short} style={fitted(run.changed.length, 32)}>
          <Table label="Actions that would have needed something else" columns={columns} rows={run.changed} rowKey={(row) => row.approvalId} rowHeight={32} />
        </div>
      )}
    </section>
  )
}

function Pair({ label, words, value, max, moved = false }: { label: string; words: string; value: number; max: number; moved?: boolean }) {
  return (
    <div className={styles.pair} data-moved={moved}>
      <Meter label={label} value={value} max={max} text={words} />
      <span>{words}</span>
    </div>
  )
}

const columns: readonly Column<ChangedRow>[] = [
  { id: 'at', head: 'asked', width: '116px', cell: ({ at }) => <At at={at} /> },
  { id: 'action', head: 'action', width: 'minmax(110px, 1fr)', cell: ({ action }) => <code>{action}</code> },
  {
    id: 'what',
    head: 'what',
    width: 'minmax(140px, 2fr)',
    cell: ({ approvalId, what }) => (
      <a href={placeHref('inbox', approvalId)} title={showHidden(what)}>
        {showHidden(what)}
      </a>
    ),
  },
  {
    id: 'tiers',
    head: 'tier',
    width: '128px',
    cell: (row) => (
      <span>
        {row.from} → <strong>{row.to}</strong> <span className={isRaised(row) ? styles.muted : styles.high}>{isRaised(row) ? '↑ more' : '↓ less'}</span>
      </span>
    ),
  },
  { id: 'because', head: 'because', width: 'minmax(140px, 2fr)', cell: ({ because }) => <span title={because.join(' ')}>{because.join(' ')}</span> },
]
