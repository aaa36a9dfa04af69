import { useAsk } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { At } from '../../parts/time.tsx'
import styles from './settings.module.css'
import { toChecks } from './settings.select.ts'

/** What the factory depends on, the broken first, each with its cure. */
export function Health() {
  const { data, at, loading, refusal, again } = useAsk((client) => client.factory.doctor(), [])
  return (
    <Card
      title="Health"
      note={
        at ? (
          <>
            checked <At at={at} seconds />
          </>
        ) : null
      }
      actions={
        <Button kind="quiet" onClick={again} pending={loading}>
          Check again
        </Button>
      }
    >
      <RefusalNote refusal={refusal} again={again} />
      {data ? (
        <ul className={styles.checks}>
          {toChecks(data.checks).map((check) => (
            <li key={check.name}>
              <StateMark machine="health" state={check.state} />
              <strong>{check.name}</strong>
              <span>
                {check.detail}
                {check.remedy ? <span className={styles.remedy}>{check.remedy}</span> : null}
              </span>
            </li>
          ))}
        </ul>
      ) : loading ? (
        <Skeleton lines={8} label="Checking" />
      ) : null}
    </Card>
  )
}
