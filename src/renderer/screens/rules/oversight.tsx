import { useState } from 'react'
import type { ApprovalView, OversightHealth } from '../../../contract/approvals.ts'
import { placeHref } from '../../live/place.ts'
import { useAsk } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Select } from '../../parts/field.tsx'
import { Meter } from '../../parts/meter.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { At } from '../../parts/time.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import { fitted } from './fitted.ts'
import { type ClassFigures, isRegrettable, toGauges, toOutcomeText, toPercent } from './oversight.select.ts'
import { PlaybookDialog } from './playbook-dialog.tsx'
import { RegretDialog } from './regret-dialog.tsx'
import styles from './rules.module.css'

const spans = [7, 30, 90] as const
const defaults = { maxOpenCards: 8, maxCardsPerHour: 6, approvalHours: 4 }
type Suggestion = OversightHealth['suggestions'][number]

/** How well the owner's say works (U-52, U-118): figures, where they come from, and what would spare questions. */
export function Oversight({ version }: { version: string }) {
  const [days, setDays] = useState<number>(30)
  const [drafting, setDrafting] = useState<Suggestion>()
  const [regretting, setRegretting] = useState<ApprovalView>()
  const answer = useAsk(
    async (client) => {
      const [health, { settings }] = await Promise.all([client.approval.oversight({ days }), client.settings.list()])
      const of = (key: keyof typeof defaults) => {
        const value = settings.find((setting) => setting.key === key)?.value
        return typeof value === 'number' ? value : defaults[key]
      }
      return { health, limits: { maxOpenCards: of('maxOpenCards'), maxCardsPerHour: of('maxCardsPerHour'), approvalHours: of('approvalHours') } }
    },
    [version, days],
  )
  const { data, refusal } = answer
  return (
    <>
      <Card
        title="Oversight health"
        note={
          refusal && answer.at ? (
            <>
              as of <At at={answer.at} seconds />
            </>
          ) : (
            'kept on this machine only'
          )
        }
        actions={
          <div className={styles.span}>
            <Select
              bare
              label="Over"
              value={String(days)}
              options={spans.map((span) => [String(span), `the last ${span} days`] as const)}
              onChange={(event) => setDays(Number(event.target.value))}
            />
          </div>
        }
      >
        <RefusalNote refusal={refusal} again={answer.again} />
        {data ? (
          <div className={styles.answer} data-stale={refusal !== undefined}>
            <Held health={data.health} />
            {data.health.asked === 0 ? (
              <Empty title="Nothing was asked in this time.">Figures stand here once agents have asked and you have answered.</Empty>
            ) : (
              <div className={styles.gauges}>
                {toGauges(data.health, data.limits).map((gauge) => (
                  <section key={gauge.id} className={styles.gauge} data-attention={gauge.attention} aria-label={gauge.label}>
                    <header>
                      <h3>{gauge.label}</h3>
                      <strong>
                        {gauge.attention === 'quiet' ? '' : '▲ '}
                        {gauge.text}
                      </strong>
                    </header>
                    <Meter
                      label={gauge.label}
                      value={gauge.value}
                      max={gauge.max}
                      text={`${gauge.text}. ${gauge.words}`}
                      marks={gauge.marks}
                      attention={gauge.attention}
                    />
                    <p>{gauge.words}</p>
                  </section>
                ))}
              </div>
            )}
          </div>
        ) : answer.loading ? (
          <Skeleton lines={8} label="Loading oversight" />
        ) : null}
      </Card>
      {data ? (
        <>
          <Suggestions suggestions={data.health.suggestions} onDraft={setDrafting} />
          <Sample sample={data.health.sample} onRegret={setRegretting} />
          <ByClass rows={data.health.byClass} />
        </>
      ) : null}
      {drafting ? (
        <PlaybookDialog
          from={{ name: `${drafting.agent}: ${drafting.action}`, actions: [drafting.action], agents: [drafting.agent] }}
          onClose={() => setDrafting(undefined)}
          onDone={() => {
            setDrafting(undefined)
            answer.again()
          }}
        />
      ) : null}
      {regretting ? (
        <RegretDialog
          approval={regretting}
          onClose={() => setRegretting(undefined)}
          onDone={() => {
            setRegretting(undefined)
            answer.again()
          }}
        />
      ) : null}
    </>
  )
}

/** What REEF does about it at the moment. */
function Held({ health: { brake, shedding } }: { health: OversightHealth }) {
  if (!brake && !shedding) return null
  return (
    <div className={styles.told} role="status">
      {brake ? <p>▲ Decisions come faster than a card can be read: previews open by themselves, and keys wait 2 s.</p> : null}
      {shedding ? (
        <p>
          ▲ {showHidden(shedding.agent)} gets no new work that would ask: {showHidden(shedding.because)}
        </p>
      ) : null}
    </div>
  )
}

function Suggestions({ suggestions, onDraft }: { suggestions: readonly Suggestion[]; onDraft: (suggestion: Suggestion) => void }) {
  return (
    <Card title="What need not be asked">
      {suggestions.length === 0 ? (
        <Empty title="Nothing to suggest.">What is always approved and never regretted is listed here: a playbook would spare the question.</Empty>
      ) : null}
      <ul className={styles.list}>
        {suggestions.map((suggestion) => (
          <li key={`${suggestion.action} ${suggestion.agent}`}>
            <p>{showHidden(suggestion.sentence)}</p>
            <Button onClick={() => onDraft(suggestion)} aria-label={`Draft a playbook for ${suggestion.agent} and ${suggestion.action}`}>
              Draft a playbook…
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** A few past yeses with what became of them: five minutes a week. */
function Sample({ sample, onRegret }: { sample: readonly ApprovalView[]; onRegret: (approval: ApprovalView) => void }) {
  return (
    <Card title="Look back" note="a random few of what you approved">
      {sample.length === 0 ? <Empty title="Nothing to look back on yet.">A few past approvals with their outcome stand here each week.</Empty> : null}
      <ul className={styles.list}>
        {sample.map((approval) => (
          <li key={approval.id}>
            <div>
              <p>
                <a href={placeHref('inbox', approval.id)}>{showHidden(approval.what)}</a>
              </p>
              <p className={styles.muted}>
                {approval.askedBy} · {approval.decidedAt === null ? null : <At at={approval.decidedAt} />} · {showHidden(toOutcomeText(approval))}
              </p>
            </div>
            <StateMark machine="approval" state={approval.state} />
            {isRegrettable(approval) ? (
              <Button kind="quiet" onClick={() => onRegret(approval)} aria-label={`Should not have happened: ${showHidden(approval.what)}`}>
                Should not have happened…
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </Card>
  )
}

function ByClass({ rows }: { rows: readonly ClassFigures[] }) {
  return (
    <Card title="By kind of action and agent">
      <div className={styles.table} style={fitted(rows.length, 32)}>
        <Table
          label="Decisions by kind of action and agent"
          columns={columns}
          rows={rows}
          rowKey={({ action, agent }) => `${action} ${agent}`}
          rowHeight={32}
          empty={<Empty title="Nothing was asked in this time." />}
        />
      </div>
    </Card>
  )
}

const columns: readonly Column<ClassFigures>[] = [
  { id: 'action', head: 'action', width: 'minmax(120px, 1.4fr)', cell: ({ action }) => <code>{action}</code> },
  { id: 'agent', head: 'agent', width: 'minmax(80px, 1fr)', cell: ({ agent }) => agent },
  { id: 'asked', head: 'asked', width: '64px', align: 'end', cell: ({ asked }) => asked.toLocaleString('en-US') },
  {
    id: 'rate',
    head: 'approved',
    width: 'minmax(130px, 2fr)',
    cell: ({ action, agent, approved, denied }) => {
      const decided = approved + denied
      const text = `${approved.toLocaleString('en-US')}, ${toPercent(decided === 0 ? null : approved / decided)}`
      return <Meter label={`Approved of ${agent}, ${action}`} value={approved} max={Math.max(1, decided)} text={text} />
    },
  },
  {
    id: 'share',
    head: '',
    width: '76px',
    align: 'end',
    cell: ({ approved, denied }) => (approved + denied === 0 ? '–' : toPercent(approved / (approved + denied))),
  },
  { id: 'denied', head: 'denied', width: '64px', align: 'end', cell: ({ denied }) => denied.toLocaleString('en-US') },
  {
    id: 'regretted',
    head: 'regretted',
    width: '76px',
    align: 'end',
    cell: ({ regretted }) => <span className={regretted > 0 ? styles.high : undefined}>{regretted > 0 ? `▲ ${regretted}` : 0}</span>,
  },
  {
    id: 'seen',
    head: 'looked at',
    width: '80px',
    align: 'end',
    cell: ({ medianSeenMs }) => (medianSeenMs === null ? '–' : `${(medianSeenMs / 1000).toFixed(1)} s`),
  },
]
