import { useState } from 'react'
import { ModelTier, type Refusal, type TaskDetail } from '../../../contract/index.ts'
import { useCommand, useReef } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Checkbox, Input, Select, TextArea } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { dependentsOf } from './dependents.ts'
import styles from './inspector.module.css'
import type { PlanStore } from './plan-store.ts'

const fields = ['title', 'instructions', 'agent', 'tier', 'dependsOn'] as const
type Field = (typeof fields)[number]
type Draft = { title: string; instructions: string; agent: string; tier: ModelTier; dependsOn: string[] }
const toDraft = ({ task, instructions }: TaskDetail): Draft => ({
  title: task.title,
  instructions,
  agent: task.agent,
  tier: task.tier,
  dependsOn: task.dependsOn,
})

/** Changes a task before its plan is started. What was typed stays when it is refused, and the field at fault says why. */
export function TaskEdit({ store, detail }: { store: PlanStore; detail: TaskDetail }) {
  const [draft, setDraft] = useState(() => toDraft(detail))
  const [saved, setSaved] = useState(() => toDraft(detail))
  const agents = useReef((facts) => Object.values(facts.agents))
  const save = useCommand((client, change: Partial<Draft>) => client.task.edit({ id: detail.task.id, ...change }))
  const change = changed(saved, draft)
  const at = (field: Field) => (fieldOf(save.refusal) === field ? [save.refusal?.message, save.refusal?.remedy].filter(Boolean).join(' ') : undefined)
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part })
  const known = agents.some((agent) => agent.name === draft.agent)
  const submit = async () => {
    if (await save.run(change)) setSaved(draft)
  }
  return (
    <form
      className={styles.form}
      aria-label="Edit the task"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <Input label="Title" value={draft.title} maxLength={120} error={at('title')} onChange={(event) => set({ title: event.target.value })} />
      <TextArea
        label="What the agent is told"
        value={draft.instructions}
        rows={10}
        maxLength={16_384}
        error={at('instructions')}
        onChange={(event) => set({ instructions: event.target.value })}
      />
      <Select
        label="Agent"
        value={draft.agent}
        error={at('agent')}
        options={[
          ...(known ? [] : [[draft.agent, draft.agent] as const]),
          ...agents.map(({ name, role, active }) => [name, `${name} · ${role}${active ? '' : ' (not active)'}`] as const),
        ]}
        onChange={(event) => set({ agent: event.target.value })}
      />
      <Select
        label="Size of model"
        value={draft.tier}
        error={at('tier')}
        options={ModelTier.options.map((tier) => [tier, tier] as const)}
        onChange={(event) => set({ tier: event.target.value as ModelTier })}
      />
      <After store={store} detail={detail} value={draft.dependsOn} error={at('dependsOn')} onChange={(dependsOn) => set({ dependsOn })} />
      {fieldOf(save.refusal) ? null : <RefusalNote refusal={save.refusal} />}
      <div className={styles.acts}>
        <Button type="submit" kind="lead" pending={save.pending} disabled={Object.keys(change).length === 0}>
          Save the task
        </Button>
        <Button disabled={Object.keys(change).length === 0} onClick={() => setDraft(saved)}>
          Undo changes
        </Button>
      </div>
    </form>
  )
}

/** Only tasks that do not themselves wait for this one can be chosen, so no circle can be drawn. */
function After({
  store,
  detail,
  value,
  error,
  onChange,
}: {
  store: PlanStore
  detail: TaskDetail
  value: readonly string[]
  error: string | undefined
  onChange: (keys: string[]) => void
}) {
  const below = new Set(dependentsOf(store.layout(), store.indexOf(detail.task.id) ?? -1))
  const choices = store.tasks().filter((task, i) => task.id !== detail.task.id && !below.has(i))
  return (
    <fieldset className={styles.after} data-wrong={Boolean(error)}>
      <legend>Starts after</legend>
      {choices.length === 0 ? <p className={styles.none}>Every other task waits for this one.</p> : null}
      <div className={styles.choices}>
        {choices.map((task) => (
          <Checkbox
            key={task.id}
            label={`${task.key} ${task.title}`}
            checked={value.includes(task.key)}
            onChange={(event) => onChange(event.target.checked ? [...value, task.key] : value.filter((key) => key !== task.key))}
          />
        ))}
      </div>
      {error ? <p className={styles.error}>▲ {error}</p> : null}
    </fieldset>
  )
}

function changed(before: Draft, now: Draft): Partial<Draft> {
  return Object.fromEntries(fields.filter((field) => String(before[field]) !== String(now[field])).map((field) => [field, now[field]]))
}

const fieldOf = (refusal: Refusal | undefined): Field | undefined => fields.find((field) => refusal?.field?.split('.')[0] === field)
