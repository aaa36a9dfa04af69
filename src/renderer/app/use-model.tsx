import { type FormEvent, useState } from 'react'
import type { ModelRef } from '../../contract/index.ts'
import { useAsk, useCommand, useReef } from '../live/reef.ts'
import { say } from '../live/shell-door.ts'
import { Button } from '../parts/button.tsx'
import { DialogActions } from '../parts/dialog.tsx'
import { Checkbox, Input, Select } from '../parts/field.tsx'
import { RefusalNote } from '../parts/refusal-note.tsx'
import styles from './connect-model.module.css'

/** Reviews what the others build, and never with the model that built it. */
const REVIEWER = 'Hawk'

/**
 * The second step: one model for the agents that are active, and another one for the reviewer. Those that have one of their own are
 * left alone unless the owner says otherwise.
 */
export function UseModel({ provider, models, onDone }: { provider: string; models: readonly string[]; onDone: () => void }) {
  const agents = useReef((facts) => Object.values(facts.agents).filter((agent) => agent.active && agent.driver !== 'command'))
  const local = useReef((facts) => facts.providers[provider]?.billing === 'local')
  const without = agents.filter((agent) => agent.model === null)
  const [all, setAll] = useState(without.length === 0)
  const [model, setModel] = useState(models[0] ?? '')
  const [second, setSecond] = useState(models[1] ?? '')
  const prices = useAsk((client) => client.provider.catalogue({ name: provider }), [provider])
  const chosen = all ? agents : without
  const refOf = (name: string): ModelRef => (name.startsWith(`${provider}/`) ? name.trim() : `${provider}/${name.trim()}`)
  const give = useCommand(async (client, ref: ModelRef) => {
    for (const agent of chosen) {
      const own = agent.name === REVIEWER && second.trim() !== '' ? refOf(second) : ref
      await client.agent.set({ name: agent.name, change: { model: own } })
    }
    return chosen.length
  })
  const price = prices.data?.models.find((known) => known.ref === refOf(model))
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault()
    const count = await give.run(refOf(model))
    if (count === undefined) return
    say(`${count} agents use ${refOf(model)}.`)
    onDone()
  }
  return (
    <form className={styles.form} onSubmit={onSubmit}>
      <ModelField
        label="Model"
        models={models}
        value={model}
        onChange={(next) => {
          setModel(next)
          if (next === second) setSecond(models.find((name) => name !== next) ?? '')
        }}
        hint={
          local
            ? 'Free: it runs on a machine of yours.'
            : price && price.inputUsdPerMTok !== null
              ? `$${price.inputUsdPerMTok} in, $${price.outputUsdPerMTok ?? '?'} out for a million tokens${price.contextWindow ? `, ${price.contextWindow.toLocaleString('en-NZ')} tokens of context` : ''}`
              : 'No price is known: calls are counted at the ceiling that the settings name, never at zero.'
        }
      />
      {chosen.some((agent) => agent.name === REVIEWER) ? (
        <ModelField
          label={`Model for reviews (${REVIEWER})`}
          models={models}
          value={second}
          onChange={setSecond}
          hint={
            second.trim() === '' || second === model
              ? 'A review needs another model than the one that built. Without one you are asked to accept each build unreviewed.'
              : 'What was built is reviewed by this one.'
          }
        />
      ) : null}
      <Checkbox
        label={`Also the ${agents.length - without.length} active agents that have a model of their own`}
        hint={`${chosen.map((agent) => agent.name).join(', ') || 'No agent'} will use it.`}
        checked={all}
        disabled={agents.length === without.length}
        onChange={(event) => setAll(event.target.checked)}
      />
      <RefusalNote refusal={give.refusal} />
      <DialogActions>
        <Button large onClick={onDone}>
          Leave agents as they are
        </Button>
        <Button large kind="lead" type="submit" pending={give.pending} disabled={model.trim() === '' || chosen.length === 0}>
          Use it for {chosen.length} agents
        </Button>
      </DialogActions>
    </form>
  )
}

/** A choice where the provider lists its models, otherwise a line to write one on. */
function ModelField({
  label,
  models,
  value,
  hint,
  onChange,
}: {
  label: string
  models: readonly string[]
  value: string
  hint: string
  onChange: (model: string) => void
}) {
  if (models.length === 0)
    return <Input label={label} spellCheck={false} autoComplete="off" value={value} hint={hint} onChange={(event) => onChange(event.target.value)} />
  const options = models.map((name) => [name, name] as const)
  return (
    <Select
      label={label}
      options={models.includes(value) ? options : [['', 'none'] as const, ...options]}
      value={value}
      hint={hint}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}
