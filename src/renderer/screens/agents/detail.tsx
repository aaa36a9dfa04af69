import { X } from 'lucide-react'
import type { AgentView } from '../../../contract/agents.ts'
import type { ProgramView } from '../../../contract/sessions.ts'
import { goTo, placeHref, withQuery } from '../../live/place.ts'
import { useCommand } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { CodeBlock } from '../../parts/code-block.tsx'
import { useKeys } from '../../parts/keys.ts'
import { Money } from '../../parts/money.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { Ago, At } from '../../parts/time.tsx'
import styles from './agents.module.css'
import { pauseWords, type RosterRow } from './agents.select.ts'
import { Editor } from './editor.tsx'
import { QuickEdits } from './quick-edits.tsx'

/** One agent: what it does now, what it runs on, and its file. */
export function Detail({ row, programs, models }: { row: RosterRow; programs: readonly ProgramView[] | undefined; models: readonly string[] }) {
  const { agent, task } = row
  const close = () => goTo('agents')
  useKeys({ escape: close })
  return (
    <Card
      className={styles.detail}
      title={agent.name}
      note={agent.role}
      actions={<Button kind="quiet" aria-label="Close" icon={<X />} hint="Esc" onClick={close} />}
    >
      <Pause agent={agent} />
      {agent.problem ? <Problem problem={agent.problem} acceptedAt={agent.acceptedAt} /> : null}
      <dl className={styles.facts}>
        <dt>now</dt>
        <dd>
          {task ? (
            <>
              <StateMark machine="task" state={task.state} /> <a href={placeHref('plans', task.planId, task.id)}>{`${task.key} ${task.title}`}</a>
              {row.more > 0 ? ` and ${row.more} more` : null}
            </>
          ) : (
            row.state.word
          )}
        </dd>
        <dt>today</dt>
        <dd>
          <Money amount={row.today} />
        </dd>
        <dt>skills</dt>
        <dd>{agent.skills.length > 0 ? agent.skills.join(', ') : 'none named'}</dd>
        <dt>temperature</dt>
        <dd>{agent.temperature}</dd>
        <dt>program</dt>
        <dd>
          <Program agent={agent} programs={programs} />
        </dd>
        <dt>in force</dt>
        <dd>
          since <At at={agent.acceptedAt} /> · <code title={agent.version}>{agent.version.slice(0, 10)}</code>
        </dd>
      </dl>
      <QuickEdits agent={agent} models={models} blocked={agent.problem !== null} />
      <Editor key={agent.name} agent={agent} />
    </Card>
  )
}

/** Whether it is given work, and the one press that turns it (U-54, U-74). */
function Pause({ agent }: { agent: AgentView }) {
  const { name, paused } = agent
  const turn = useCommand((client) => (paused ? client.agent.resume({ name }) : client.agent.pause({ name })))
  return (
    <>
      <div className={styles.pause} data-attention={paused && paused.by !== 'owner' ? 'alarm' : 'quiet'}>
        {paused ? (
          <p>
            <span aria-hidden="true">‖</span> <strong>{pauseWords[paused.by]}</strong>, <Ago at={paused.at} />
            {paused.by === 'owner' ? '' : `: ${paused.reason}`}. It gets no work and its model calls are refused.{' '}
            <a href={withQuery(placeHref('spend', 'calls'), { agent: name })}>Its calls</a>
          </p>
        ) : null}
        <Button pending={turn.pending} onClick={() => void turn.run()}>
          {paused ? `Resume ${name}` : `Pause ${name}`}
        </Button>
      </div>
      <RefusalNote refusal={turn.refusal} />
    </>
  )
}

function Problem({ problem, acceptedAt }: { problem: NonNullable<AgentView['problem']>; acceptedAt: number }) {
  return (
    <p className={styles.problem} role="alert">
      <span aria-hidden="true">▲</span> The file has a problem{problem.line === null ? '' : ` in line ${problem.line}`}: {problem.message}. In force is the
      version of <At at={acceptedAt} />.
    </p>
  )
}

/** Whether what the driver starts is there; if not, the one command that installs it. */
function Program({ agent, programs }: { agent: AgentView; programs: readonly ProgramView[] | undefined }) {
  const program = programs?.find((one) => one.driver === agent.driver)
  if (!programs) return <>looking…</>
  if (!program) return <>comes with REEF</>
  if (program.found)
    return (
      <>
        ✓ {program.program} {program.version ?? 'of unknown version'}
      </>
    )
  return (
    <>
      <span className={agent.active ? styles.problem : styles.muted}>
        {agent.active ? '▲ ' : ''}
        {program.program} is not installed; its tasks cannot start.
      </span>
      {program.remedy ? <CodeBlock text={program.remedy} label={`Command that installs ${program.program}`} /> : null}
    </>
  )
}
