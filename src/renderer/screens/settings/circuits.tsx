import type { CircuitView } from '../../../contract/router.ts'
import type { Answer } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { Ago, At } from '../../parts/time.tsx'
import styles from './settings.module.css'
import { toCircuits } from './settings.select.ts'

/** Whether calls get through: one breaker for each provider, and one for each model of it that had trouble of its own; trouble first. */
export function Circuits({ health }: { health: Answer<{ readonly circuits: readonly CircuitView[] }> }) {
  const { data, at, loading, refusal, again } = health
  return (
    <Card
      title="Breakers"
      note={
        at ? (
          <>
            as of <At at={at} seconds />
          </>
        ) : null
      }
      actions={
        <Button kind="quiet" onClick={again} pending={loading}>
          Look again
        </Button>
      }
    >
      <RefusalNote refusal={refusal} again={again} />
      {data ? (
        <ul className={styles.checks}>
          {toCircuits(data.circuits).map((circuit) => (
            <li key={`${circuit.provider}/${circuit.model ?? ''}`}>
              <StateMark machine="circuit" state={circuit.state} />
              <strong>{circuit.model === null ? circuit.provider : `${circuit.provider}/${circuit.model}`}</strong>
              <span>
                {circuit.detail}
                <span className={styles.remedy}>
                  since <Ago at={circuit.since} />
                  {circuit.until === null ? null : (
                    <>
                      , next try <At at={circuit.until} />
                    </>
                  )}
                </span>
              </span>
            </li>
          ))}
          {data.circuits.length === 0 ? <li className={styles.remedy}>No call was made yet.</li> : null}
        </ul>
      ) : loading ? (
        <Skeleton lines={3} label="Loading breakers" />
      ) : null}
    </Card>
  )
}
