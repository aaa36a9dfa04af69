import { useAsk, useReef } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { CodeBlock } from '../../parts/code-block.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import styles from './settings.module.css'

/** The programs that drivers start; for a missing one, the one command that installs it. */
export function Programs() {
  const needed = useReef((facts) => Object.values(facts.agents).flatMap((agent) => (agent.active ? [agent.driver] : [])))
  const { data, loading, refusal, again } = useAsk((client) => client.program.list(), [])
  return (
    <Card
      title="Programs"
      note="what agents run in"
      actions={
        <Button kind="quiet" onClick={again} pending={loading}>
          Look again
        </Button>
      }
    >
      <RefusalNote refusal={refusal} again={again} />
      {data ? (
        <ul className={styles.programs}>
          {data.programs.map((program) => (
            <li key={program.driver}>
              <p>
                <strong>{program.driver}</strong>{' '}
                <span data-wanting={!program.found && needed.includes(program.driver)} className={styles.presence}>
                  {program.found
                    ? `✓ ${program.program} ${program.version ?? 'of unknown version'}`
                    : `${needed.includes(program.driver) ? '▲ ' : ''}${program.program} is not installed${needed.includes(program.driver) ? '' : '; no active agent needs it'}`}
                </span>
              </p>
              {program.path ? (
                <p className={styles.muted}>
                  <code>{program.path}</code>
                </p>
              ) : null}
              {program.remedy ? <CodeBlock text={program.remedy} label={`Command that installs ${program.program}`} /> : null}
            </li>
          ))}
        </ul>
      ) : loading ? (
        <Skeleton lines={4} label="Looking for programs" />
      ) : null}
      <p className={styles.muted}>The drivers “direct” and “command” come with REEF and need nothing.</p>
    </Card>
  )
}
