import { X } from 'lucide-react'
import type { CallId } from '../../../contract/ids.ts'
import type { CallDetail as Detail } from '../../../contract/ledger.ts'
import { formatMoney } from '../../../contract/money.ts'
import { toBudgetName } from '../../../contract/words.ts'
import { placeHref, withQuery } from '../../live/place.ts'
import { useAsk } from '../../live/reef.ts'
import { BudgetBar } from '../../parts/budget-bar.tsx'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { formatExact, Money } from '../../parts/money.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { RouteChoice } from '../../parts/route-choice.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { At } from '../../parts/time.tsx'
import styles from './calls.module.css'
import { billingWords, callStateWords, confidenceWords, meterWords } from './calls.select.ts'

const priceWords = {
  catalogue: 'the catalogue',
  override: 'your own price file',
  ceiling: 'the ceiling of the settings, because nobody lists a price',
  rehearsal: 'a script, free',
} as const satisfies Record<NonNullable<Detail['price']>['source'], string>

/** One call: its bill line by line, where the price is from, what was held for it, and the way to the moment it was made (U-71, U-78). */
export function CallDetail({ id, nameOfTask, onClose }: { id: string; nameOfTask: (id: string) => string; onClose: () => void }) {
  const answer = useAsk((client) => client.spend.call({ id: id as CallId }), [id], { keep: false })
  const detail = answer.data
  return (
    <Card
      title={detail ? `${detail.call.provider}/${detail.call.model}` : 'Call'}
      actions={<Button kind="quiet" aria-label="Close the call" icon={<X />} hint="Esc" onClick={onClose} />}
    >
      <RefusalNote refusal={answer.refusal} again={answer.again} />
      {detail ? (
        <>
          <Facts detail={detail} nameOfTask={nameOfTask} />
          <Bill detail={detail} />
          <Held detail={detail} nameOfTask={nameOfTask} />
          <WhyModel detail={detail} />
        </>
      ) : answer.loading ? (
        <Skeleton lines={8} label="Loading the call" />
      ) : null}
    </Card>
  )
}

function Facts({ detail: { call }, nameOfTask }: { detail: Detail; nameOfTask: (id: string) => string }) {
  return (
    <dl className={styles.facts}>
      <dt>when</dt>
      <dd>
        <At at={call.at} seconds />
        {call.latencyMs === null ? null : `, took ${(call.latencyMs / 1000).toFixed(1)} s`}
        {call.sessionId ? (
          <>
            {' · '}
            <a href={withQuery(placeHref('sessions', call.sessionId), { at: call.at })}>its terminal at that moment</a>
          </>
        ) : null}
      </dd>
      <dt>asked by</dt>
      <dd>
        <a href={placeHref('agents', call.agent)}>{call.agent}</a>
        {call.planId ? (
          <>
            {' · '}
            <a href={placeHref('plans', call.planId, call.taskId)}>{call.taskId ? nameOfTask(call.taskId) : 'planning'}</a>
          </>
        ) : null}
        {call.project ? ` · ${call.project}` : null}
      </dd>
      <dt>state</dt>
      <dd>
        {callStateWords[call.state]}
        {call.status === null ? '' : `, HTTP ${call.status}`} · {call.wire}
      </dd>
      <dt>cost</dt>
      <dd>
        <Money amount={call.cost} /> <span className={styles.muted}>{formatExact(call.cost)}</span>, {confidenceWords[call.confidence]} · paid{' '}
        {billingWords[call.billing]}
      </dd>
      {call.listCost === call.cost ? null : (
        <>
          <dt>at list price</dt>
          <dd>
            <Money amount={call.listCost} />
          </dd>
        </>
      )}
      <dt>ids</dt>
      <dd>
        <CopyButton text={call.id} label="Copy the call’s" />
        {call.requestId ? <CopyButton text={call.requestId} label="Copy the provider’s" /> : null}
      </dd>
    </dl>
  )
}

function Bill({ detail: { call, lines, price, computedCost, reportedCost } }: { detail: Detail }) {
  return (
    <section className={styles.part}>
      <h3>Bill</h3>
      {lines.length === 0 ? (
        <p className={styles.muted}>{call.state === 'open' ? 'It comes with the answer.' : 'Nothing was charged.'}</p>
      ) : (
        <table className={styles.bill}>
          <thead>
            <tr>
              <th scope="col">what</th>
              <th scope="col">tokens</th>
              <th scope="col">$ a million</th>
              <th scope="col">cost</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.meter}>
                <th scope="row">{meterWords[line.meter]}</th>
                <td>{line.quantity.toLocaleString('en-US')}</td>
                <td>{line.meter === 'web-search' ? `${formatExact(line.unitPrice)} each` : formatExact(line.unitPrice)}</td>
                <td>{formatExact(line.cost)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">together</th>
              <td />
              <td />
              <td>{formatExact(computedCost)}</td>
            </tr>
          </tfoot>
        </table>
      )}
      <p className={styles.muted}>
        {price ? `The price is from ${priceWords[price.source]}, version ${price.version}.` : 'No price was needed.'}{' '}
        {reportedCost === null
          ? 'The provider sends no figure of its own.'
          : reportedCost === computedCost
            ? 'The provider reports the same amount.'
            : `The provider reports ${formatExact(reportedCost)}.`}
      </p>
    </section>
  )
}

function Held({ detail: { call, overrun, budgets }, nameOfTask }: { detail: Detail; nameOfTask: (id: string) => string }) {
  return (
    <section className={styles.part}>
      <h3>Held before it was made</h3>
      <p>
        {formatMoney(call.reserved)} at worst, billed {formatMoney(call.cost)}
        {overrun > 0 ? (
          <span className={styles.standing} data-attention="high">
            {' '}
            · ▲ {formatMoney(overrun)} above what was held
          </span>
        ) : null}
      </p>
      {budgets.length > 0 ? <p className={styles.muted}>It was held against these budgets; this is where they stand now.</p> : null}
      <ul className={styles.limits}>
        {budgets.map((budget) => (
          <li key={`${budget.scope} ${budget.subject} ${budget.period}`}>
            <a href={placeHref('spend', 'budgets')}>{toBudgetName(budget, nameOfTask)}</a>
            <BudgetBar budget={budget} nameOfTask={nameOfTask} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Asked for only where there is a task: other calls name their model themselves. */
function WhyModel({ detail: { call } }: { detail: Detail }) {
  const { taskId, attemptId } = call
  const answer = useAsk(async (client) => (taskId ? await client.model.explain({ taskId }) : undefined), [taskId])
  const choice = answer.data?.choices.find((one) => one.attemptId !== null && one.attemptId === attemptId)
  return (
    <section className={styles.part}>
      <h3>Why this model</h3>
      <RefusalNote refusal={answer.refusal} again={answer.again} />
      {choice ? <RouteChoice choice={choice} /> : answer.loading ? <Skeleton label="Loading the choice" /> : <NoChoice isTask={taskId !== null} />}
    </section>
  )
}

function NoChoice({ isTask }: { isTask: boolean }) {
  return (
    <p className={styles.muted}>
      {isTask ? 'No choice was recorded for this attempt.' : 'The call belongs to no task; its model was named by whoever made it.'}
    </p>
  )
}
