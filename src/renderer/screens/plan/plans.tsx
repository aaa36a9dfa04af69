import { useCallback, useState } from 'react'
import { formatMoney, type PlanState, type PlanView, planStates, planWords } from '../../../contract/index.ts'
import { goTo } from '../../live/place.ts'
import { useAsk, useClient, useReef } from '../../live/reef.ts'
import { openDialog } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Empty } from '../../parts/empty.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { RehearsalLabel } from '../../parts/rehearsal-label.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { Ago } from '../../parts/time.tsx'
import styles from './plan.module.css'
import { orderPlans, selectPlans, selectUnplanned } from './plan.select.ts'

const PAGE = 200
const columns: readonly Column<PlanView>[] = [
  { id: 'state', head: 'State', width: '110px', cell: (plan) => <StateMark machine="plan" state={plan.state} /> },
  {
    id: 'title',
    head: 'Plan',
    width: 'minmax(0, 3fr)',
    cell: (plan) => (
      <>
        <b>{plan.title}</b> {plan.rehearsal ? <RehearsalLabel /> : null}
      </>
    ),
  },
  { id: 'project', head: 'Project', width: 'minmax(0, 1fr)', cell: (plan) => plan.project },
  {
    id: 'progress',
    head: 'Done',
    width: '130px',
    cell: (plan) => (
      <>
        {plan.done} of {plan.tasks}
        {plan.stuck > 0 ? <span className={styles.stuck}> · ▲ {plan.stuck} stuck</span> : null}
      </>
    ),
  },
  { id: 'spent', head: 'Spent', width: '130px', align: 'end', cell: (plan) => `${formatMoney(plan.spent)} of ${formatMoney(plan.budget)}` },
  { id: 'age', head: 'Made', width: '110px', align: 'end', cell: (plan) => <Ago at={plan.createdAt} /> },
  {
    id: 'endpoint',
    head: 'Runs at',
    width: 'minmax(0, 1fr)',
    cell: (plan) =>
      plan.endpoint ? (
        <a href={plan.endpoint} target="_blank" rel="noreferrer" onClick={(event) => event.stopPropagation()}>
          {plan.endpoint}
        </a>
      ) : (
        '–'
      ),
  },
]

/** Every plan, those that move first. What the feed knows is live; older ones are read as they are scrolled to. */
export function Plans() {
  const [state, setState] = useState<PlanState | 'all'>('all')
  const live = useReef(selectPlans)
  const unplanned = useReef(selectUnplanned)
  const { older, more, refusal, again } = useOlder()
  const known = new Set(live.map((plan) => plan.id))
  const plans = [...live, ...older.filter((plan) => !known.has(plan.id))]
  const counts = Object.fromEntries(planStates.map((one) => [one, plans.filter((plan) => plan.state === one).length]))
  return (
    <div className={styles.plans}>
      <header className={styles.title}>
        <h1>Plans</h1>
        <span className={styles.push} />
        <Button kind="lead" hint="n" onClick={() => openDialog('new-request')}>
          New request
        </Button>
      </header>
      {unplanned.map((request) => (
        <p key={request.id} className={styles.request}>
          <StateMark machine="request" state={request.state} /> <span className={styles.quote}>{request.text}</span>{' '}
          {request.rehearsal ? <RehearsalLabel /> : null} {request.error ? <span className={styles.stuck}>{request.error}</span> : null}
          <Ago at={request.createdAt} />
        </p>
      ))}
      <RefusalNote refusal={refusal} again={again} />
      <Tabs
        label="Narrow by state"
        value={state}
        onChange={setState}
        tabs={[{ id: 'all', label: 'All', count: plans.length }, ...planStates.map((id) => ({ id, label: planWords[id].word, count: counts[id] ?? 0 }))]}
      />
      <div className={styles.fill}>
        <Table
          label="Plans"
          columns={columns}
          rows={orderPlans(plans, state)}
          rowKey={(plan) => plan.id}
          onOpen={(plan) => goTo('plans', plan.id)}
          onEnd={more}
          empty={
            <Empty
              title={plans.length === 0 ? 'No plans yet.' : 'No plan is in this state.'}
              action={plans.length === 0 ? <Button onClick={() => openDialog('new-request')}>New request</Button> : null}
            >
              {plans.length === 0 ? 'A request becomes a plan: tasks in an order, each with an agent, a budget and evidence.' : null}
            </Empty>
          }
        />
      </div>
    </div>
  )
}

/** Plans from before what the feed carries, page by page. */
function useOlder() {
  const client = useClient()
  const [pages, setPages] = useState<readonly PlanView[]>([])
  const [complete, setComplete] = useState(false)
  const first = useAsk((asked) => asked.plan.list({ limit: PAGE }), [])
  const older = [...(first.data?.plans ?? []), ...pages]
  const last = older.at(-1)?.id
  const more = useCallback(() => {
    if (complete || !last || (first.data?.plans.length ?? 0) < PAGE) return
    client.plan.list({ limit: PAGE, before: last }).then(
      ({ plans }) => {
        setPages((before) => (before.at(-1)?.id === last || before.length === 0 ? [...before, ...plans] : before))
        if (plans.length < PAGE) setComplete(true)
      },
      // The next time the end comes into view it is asked again.
      () => undefined,
    )
  }, [client, complete, last, first.data])
  return { older, more, refusal: first.refusal, again: first.again }
}
