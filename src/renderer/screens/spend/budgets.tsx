import { useState } from 'react'
import type { BudgetView } from '../../../contract/budgets.ts'
import { formatMoney } from '../../../contract/money.ts'
import { toBudgetName } from '../../../contract/words.ts'
import { useAsk, useCommand, useEvents } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { BudgetBar } from '../../parts/budget-bar.tsx'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Money } from '../../parts/money.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { At } from '../../parts/time.tsx'
import { useZone, type ZoneFormat } from '../../parts/zone.ts'
import { BudgetDialog } from './budget-dialog.tsx'
import { type GroupId, keyOf, sourceWords, toGroups } from './budgets.select.ts'
import { NewBudget } from './new-budget.tsx'
import styles from './spend.module.css'
import type { SpendDeps } from './spend.select.ts'

/** Every limit there is and where it stands (U-73). Nothing is without one: what nobody set has a default. */
export function Budgets({ version, nameOfTask }: SpendDeps) {
  const [changes, setChanges] = useState(0)
  useEvents(({ type }) => {
    if (type === 'budget.changed' || type === 'budget.crossed' || type === 'settings.changed') setChanges((n) => n + 1)
  })
  const [group, setGroup] = useState<GroupId>('all')
  const [editing, setEditing] = useState<BudgetView>()
  const [clearing, setClearing] = useState<BudgetView>()
  const [adding, setAdding] = useState(false)
  const zone = useZone()
  const answer = useAsk((client) => client.budget.list(), [version, changes])
  const groups = toGroups(answer.data?.budgets ?? [])
  const rows = groups.find(({ id }) => id === group)?.budgets ?? []
  return (
    <Card
      title="Budgets"
      note={
        answer.at && answer.refusal ? (
          <>
            as of <At at={answer.at} seconds />
          </>
        ) : null
      }
      actions={<Button onClick={() => setAdding(true)}>Set a budget…</Button>}
    >
      <RefusalNote refusal={answer.refusal} again={answer.again} />
      {answer.data ? (
        <div className={styles.answer} data-stale={answer.refusal !== undefined}>
          <p className={styles.sentence}>
            Before each call its worst case is held against every budget that applies; a call that does not fit is refused, never half-paid.
          </p>
          <Tabs label="Which budgets" tabs={groups.map(({ id, label, budgets }) => ({ id, label, count: budgets.length }))} value={group} onChange={setGroup} />
          <div className={styles.table}>
            <Table
              label="Budgets, those that are used up first"
              columns={columns(nameOfTask, zone, setEditing, setClearing)}
              rows={rows}
              rowKey={keyOf}
              rowHeight={56}
              empty={<Empty title="No budget of this kind.">The default holds until you set one.</Empty>}
            />
          </div>
        </div>
      ) : answer.loading ? (
        <Skeleton lines={8} label="Loading budgets" />
      ) : null}
      {editing ? <BudgetDialog key={keyOf(editing)} budget={editing} nameOfTask={nameOfTask} onClose={() => setEditing(undefined)} /> : null}
      {clearing ? <ClearBudget budget={clearing} nameOfTask={nameOfTask} onClose={() => setClearing(undefined)} /> : null}
      {adding ? (
        <NewBudget
          budgets={answer.data?.budgets ?? []}
          onClose={() => setAdding(false)}
          onChosen={(budget) => {
            setAdding(false)
            setEditing(budget)
          }}
        />
      ) : null}
    </Card>
  )
}

/** Back to the default, after one question. */
function ClearBudget({ budget, nameOfTask, onClose }: { budget: BudgetView; nameOfTask: (id: string) => string; onClose: () => void }) {
  const clear = useCommand((client) => client.budget.clear({ scope: budget.scope, subject: budget.subject, period: budget.period }))
  const name = toBudgetName(budget, nameOfTask)
  const confirm = async () => {
    const now = await clear.run()
    if (!now) return
    say(`${name}: ${formatMoney(budget.hard)} → ${formatMoney(now.hard)}, the default.`)
    onClose()
  }
  return (
    <Confirm open title="Back to the default?" verb="Back to the default" pending={clear.pending} refusal={clear.refusal} onClose={onClose} onConfirm={confirm}>
      {name} stops at {formatMoney(budget.hard)} now, because you said so. What is spent already stays counted.
    </Confirm>
  )
}

const columns = (
  nameOfTask: (id: string) => string,
  zone: ZoneFormat,
  onEdit: (budget: BudgetView) => void,
  onClear: (budget: BudgetView) => void,
): readonly Column<BudgetView>[] => [
  {
    id: 'what',
    head: 'budget',
    width: 'minmax(150px, 1.6fr)',
    cell: (budget) => {
      const name = toBudgetName(budget, nameOfTask)
      return <span title={name}>{name}</span>
    },
  },
  {
    id: 'bar',
    head: 'spent, held, left',
    width: 'minmax(210px, 3fr)',
    // A default for everyone else is a limit without an account of its own.
    cell: (budget) =>
      isTemplate(budget) ? <span className={styles.muted}>{formatMoney(budget.hard)} for each</span> : <BudgetBar budget={budget} nameOfTask={nameOfTask} />,
  },
  {
    id: 'soft',
    head: 'alerts at',
    width: '76px',
    align: 'end',
    cell: ({ soft }) => (soft === null ? <span className={styles.muted}>never</span> : <Money amount={soft} />),
  },
  { id: 'hard', head: 'stops at', width: '84px', align: 'end', cell: ({ hard }) => <Money amount={hard} /> },
  {
    id: 'resets',
    head: 'resets',
    width: '148px',
    cell: ({ resetsAt }) => (resetsAt === null ? <span className={styles.muted}>never</span> : <time title={zone.utc(resetsAt)}>{zone.full(resetsAt)}</time>),
  },
  { id: 'source', head: 'set', width: '92px', cell: ({ source }) => sourceWords[source] },
  {
    id: 'acts',
    head: '',
    width: '176px',
    align: 'end',
    cell: (budget) => (
      <>
        {budget.source === 'owner' ? (
          <Button kind="quiet" onClick={() => onClear(budget)} aria-label={`Default for ${toBudgetName(budget, nameOfTask)}`}>
            Default…
          </Button>
        ) : null}
        <Button kind="quiet" onClick={() => onEdit(budget)} aria-label={`Change ${toBudgetName(budget, nameOfTask)}`}>
          Change…
        </Button>
      </>
    ),
  },
]

const isTemplate = ({ scope, subject }: BudgetView): boolean => subject === '*' && scope !== 'global'
