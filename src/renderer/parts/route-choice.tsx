import { formatMoney, type RouteChoiceView } from '../../contract/index.ts'
import { Money } from './money.tsx'
import styles from './route-choice.module.css'
import { At } from './time.tsx'

const outcomeWords = { succeeded: 'it passed', failed: 'it did not pass', interrupted: 'it was interrupted' } as const
const roleWords = { builder: 'to build', reviewer: 'to review', planner: 'to plan' } as const

/** Why a model was chosen: what decided, what there was to choose from, who steps in, and how it went. */
export function RouteChoice({ choice }: { choice: RouteChoiceView }) {
  const { chosen, fallbacks, outcome, candidates } = choice
  return (
    <div className={styles.choice}>
      <p>
        <strong>{chosen ?? 'No model'}</strong> {roleWords[choice.role]}: {choice.reason}
      </p>
      <p className={styles.muted}>
        {choice.agent} asked for {choice.asked}
        {choice.kind ? ` for a task of the kind “${choice.kind}”` : ''}, <At at={choice.at} seconds />.{' '}
        {fallbacks.length > 0 ? `When it cannot be reached: ${fallbacks.join(', then ')}.` : 'Nobody steps in when it cannot be reached.'}{' '}
        {outcome ? `In the end ${outcomeWords[outcome.state]}, for ${formatMoney(outcome.cost)}.` : ''}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard. */}
      <section className={styles.scroll} tabIndex={0} aria-label="Models to choose from">
        <table className={styles.candidates}>
          <thead>
            <tr>
              <th scope="col">model</th>
              <th scope="col">tier</th>
              <th scope="col" data-align="end">
                to the end
              </th>
              <th scope="col" data-align="end">
                passes
              </th>
              <th scope="col">why not</th>
            </tr>
          </thead>
          <tbody>
            {candidates.map((one) => (
              <tr key={one.ref} data-chosen={one.ref === chosen}>
                <th scope="row">
                  {one.ref === chosen ? '✓ ' : ''}
                  {one.ref}
                </th>
                <td>{one.tier}</td>
                <td data-align="end">{one.expectedCost === null ? 'unknown' : <Money amount={one.expectedCost} />}</td>
                <td data-align="end">
                  {Math.round(one.passRate * 100)} % <span className={styles.muted}>of {one.samples}</span>
                </td>
                <td className={styles.muted}>{one.excluded ?? (one.ref === chosen ? 'chosen' : fallbacks.includes(one.ref) ? 'steps in' : '')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  )
}
