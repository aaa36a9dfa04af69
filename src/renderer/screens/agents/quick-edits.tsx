import { useEffect, useId, useState } from 'react'
import { AgentFrontmatter, type AgentView, ModelRef } from '../../../contract/agents.ts'
import { DriverName, ModelTier } from '../../../contract/queue.ts'
import { useCommand } from '../../live/reef.ts'
import { openDialog } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Checkbox, Input, Select } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import styles from './agents.module.css'

type Change = Partial<Pick<AgentFrontmatter, 'driver' | 'model' | 'fallback' | 'active' | 'tier' | 'team'>>

/** The few keys that are changed often, each saved at once into the agent's file. */
export function QuickEdits({ agent, models, blocked }: { agent: AgentView; models: readonly string[]; blocked: boolean }) {
  const list = useId()
  const set = useCommand((client, change: Change) => client.agent.set({ name: agent.name, change }))
  const off = blocked || set.pending
  return (
    <div className={styles.quick}>
      <Checkbox
        label="Active"
        hint={agent.active ? 'Plans may give it tasks.' : 'Costs nothing: it gets no tasks and no sessions.'}
        checked={agent.active}
        disabled={off}
        onChange={(event) => set.run({ active: event.target.checked })}
      />
      <Select
        label="Driver"
        options={DriverName.options.map((driver) => [driver, driver] as const)}
        value={agent.driver}
        disabled={off}
        onChange={(event) => set.run({ driver: event.target.value as DriverName })}
      />
      <Select
        label="Tier"
        options={ModelTier.options.map((tier) => [tier, tier] as const)}
        value={agent.tier}
        disabled={off}
        onChange={(event) => set.run({ tier: event.target.value as ModelTier })}
      />
      <ModelField label="Model" value={agent.model} list={list} disabled={off} onSave={(model) => set.run({ model })} />
      <ModelField label="Fallback" value={agent.fallback} list={list} disabled={off} onSave={(fallback) => set.run({ fallback })} />
      <TeamField value={agent.team} disabled={off} onSave={(team) => set.run({ team })} />
      <datalist id={list}>
        {models.map((ref) => (
          <option key={ref} value={ref} />
        ))}
      </datalist>
      {models.length === 0 ? (
        <p className={styles.muted}>
          No models are known yet.{' '}
          <Button kind="quiet" onClick={() => openDialog('connect-model')}>
            Connect a model
          </Button>
        </p>
      ) : null}
      {blocked ? <p className={styles.muted}>The file has a problem: mend it below first, a change here would overwrite what you wrote.</p> : null}
      <RefusalNote refusal={set.refusal} />
    </div>
  )
}

/** A model by PROVIDER/MODEL, out of those that are known or any other; saved on Enter or when the field is left. */
function ModelField({
  label,
  value,
  list,
  disabled,
  onSave,
}: {
  label: string
  value: string | null
  list: string
  disabled: boolean
  onSave: (value: string | null) => void
}) {
  const [typed, setTyped] = useState(value ?? '')
  useEffect(() => setTyped(value ?? ''), [value])
  const wanted = typed.trim()
  const error = wanted === '' || ModelRef.safeParse(wanted).success ? undefined : 'A model is written PROVIDER/MODEL, e.g. anthropic/claude-sonnet-4-5.'
  const save = () => {
    if (!error && wanted !== (value ?? '')) onSave(wanted === '' ? null : wanted)
  }
  return (
    <Input
      label={label}
      list={list}
      value={typed}
      error={error}
      disabled={disabled}
      placeholder="none"
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => setTyped(event.target.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') save()
        if (event.key === 'Escape') setTyped(value ?? '')
      }}
    />
  )
}

/** Whose budget its calls also count in; saved on Enter or when the field is left. */
function TeamField({ value, disabled, onSave }: { value: string; disabled: boolean; onSave: (team: string) => void }) {
  const [typed, setTyped] = useState(value)
  useEffect(() => setTyped(value), [value])
  const wanted = AgentFrontmatter.shape.team.unwrap().safeParse(typed.trim())
  const save = () => {
    if (wanted.success && wanted.data !== value) onSave(wanted.data)
  }
  return (
    <Input
      label="Team"
      hint="Its calls also count in the budget of the team."
      value={typed}
      error={wanted.success ? undefined : 'A team is lower-case letters, digits and dashes.'}
      disabled={disabled}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => setTyped(event.target.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') save()
        if (event.key === 'Escape') setTyped(value)
      }}
    />
  )
}
