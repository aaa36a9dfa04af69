import { useState } from 'react'
import type { AttemptView, RouteChoiceView, TaskId, TaskView } from '../../../contract/index.ts'
import { useAsk } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { RouteChoice } from '../../parts/route-choice.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import styles from './inspector.module.css'

/** One press to why this model was taken: for one attempt, or for every attempt of the task and what would be chosen now. */
export function WhyModel({ task, attempt }: { task: TaskView; attempt?: AttemptView }) {
  const [open, setOpen] = useState(false)
  const title = attempt ? `Attempt ${attempt.n}: why this model` : `${task.key}: why this model`
  return (
    <>
      <Button kind="quiet" onClick={() => setOpen(true)}>
        Why this model
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} wide="screen" title={title}>
        {open ? <Choices taskId={task.id} attempt={attempt} /> : null}
      </Dialog>
    </>
  )
}

function Choices({ taskId, attempt }: { taskId: TaskId; attempt: AttemptView | undefined }) {
  const { data, refusal, again, loading } = useAsk(
    async (client) => {
      const [explained, detail] = await Promise.all([client.model.explain({ taskId }), client.task.get({ id: taskId })])
      return { ...explained, attempts: detail.attempts }
    },
    [taskId],
  )
  if (!data) return loading ? <Skeleton lines={6} label="Loading the choices" /> : <RefusalNote refusal={refusal} again={again} />
  const choices = attempt ? data.choices.filter((one) => one.attemptId === attempt.id) : data.choices
  return (
    <>
      <RefusalNote refusal={refusal} again={again} />
      {choices.length === 0 ? <p className={styles.none}>No choice was recorded{attempt ? ' for this attempt' : ' yet'}.</p> : null}
      {choices.map((choice) => (
        <section key={choice.id} className={styles.part}>
          <h3>{toTitle(choice, data.attempts)}</h3>
          <RouteChoice choice={choice} />
        </section>
      ))}
      <section className={styles.part}>
        <h3>What would be chosen now</h3>
        <RouteChoice choice={data.now} />
      </section>
    </>
  )
}

function toTitle({ attemptId, role }: RouteChoiceView, attempts: readonly AttemptView[]): string {
  const attempt = attempts.find(({ id }) => id === attemptId)
  const which = attempt ? `Attempt ${attempt.n}, ${attempt.step}` : 'Outside of an attempt'
  return role === 'reviewer' ? `${which}: its review` : which
}
