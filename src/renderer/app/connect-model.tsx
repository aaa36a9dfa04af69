import { type FormEvent, useState } from 'react'
import type { Refusal } from '../../contract/index.ts'
import { useCommand } from '../live/reef.ts'
import { Button } from '../parts/button.tsx'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { Input, Select } from '../parts/field.tsx'
import { RefusalNote } from '../parts/refusal-note.tsx'
import styles from './connect-model.module.css'
import { type ProviderForm, presets, toProvider, wireNames } from './provider-presets.ts'
import { UseModel } from './use-model.tsx'

type Connected = { readonly name: string; readonly models: readonly string[] }

/** From "no model" to working agents in two steps: where models are reached, tried at once; then which one the agents take. */
export function ConnectModel({ onClose }: { onClose: () => void }) {
  const [connected, setConnected] = useState<Connected>()
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={connected ? (connected.models.length > 0 ? `${connected.name} answers` : `${connected.name} is saved`) : 'Connect a model'}
      about={
        connected
          ? `${connected.models.length > 0 ? `${connected.models.length} models are offered. Choose` : 'It lists no models. Name'} the one that your agents use; each can be given another one later.`
          : 'The key is kept in a file that only you can read, never in the database, and is used for nothing but calls of your agents.'
      }
    >
      {connected ? (
        <UseModel provider={connected.name} models={connected.models} onDone={onClose} />
      ) : (
        <ProviderStep onConnected={setConnected} onClose={onClose} />
      )}
    </Dialog>
  )
}

function ProviderStep({ onConnected, onClose }: { onConnected: (connected: Connected) => void; onClose: () => void }) {
  const [chosen, setChosen] = useState(presets[0])
  const [form, setForm] = useState<ProviderForm>(presets[0]?.form ?? { name: '', wire: 'openai-chat', baseUrl: '', key: '' })
  const [silent, setSilent] = useState<Refusal>()
  /** Saved by an earlier try of this dialog: the next one takes its place. */
  const [saved, setSaved] = useState<string>()
  const connect = useCommand(async (client, input: ProviderForm) => {
    if (saved !== undefined) await client.provider.remove({ name: saved })
    setSaved(undefined)
    const provider = await client.provider.add(toProvider(input))
    setSaved(provider.name)
    return { name: provider.name, ...(await client.provider.test({ name: provider.name })) }
  })
  const change = (part: Partial<ProviderForm>) => setForm((before) => ({ ...before, ...part }))
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault()
    setSilent(undefined)
    const answer = await connect.run(form)
    if (!answer) return
    if (answer.reachable) onConnected(answer)
    else
      setSilent({
        code: 'provider/unreachable',
        message: `${answer.name} is saved, but does not answer: ${answer.message}`,
        remedy: 'Look at the address and the key and try again, or name its model yourself.',
      })
  }
  const { refusal } = connect
  const errorOf = (field: string) => (refusal?.field === field ? [refusal.message, refusal.remedy].filter(Boolean).join(' ') : undefined)
  const isField = ['name', 'wire', 'baseUrl', 'key'].includes(refusal?.field ?? '')
  return (
    <form className={styles.form} onSubmit={onSubmit}>
      <fieldset className={styles.presets}>
        <legend className={styles.unseen}>Where</legend>
        {presets.map((preset) => (
          <label key={preset.id} className={styles.preset} data-chosen={preset === chosen}>
            <input
              type="radio"
              name="preset"
              checked={preset === chosen}
              onChange={() => {
                setChosen(preset)
                setForm(preset.form)
                connect.clear()
                setSilent(undefined)
              }}
            />
            <span>
              <strong>{preset.title}</strong>
              <span className={styles.hint}>{preset.hint}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {chosen?.key === 'none' ? null : (
        <Input
          label="Key"
          type="password"
          autoComplete="off"
          spellCheck={false}
          autoFocus
          error={errorOf('key')}
          hint={chosen?.key === 'maybe' ? 'Left empty when none is needed.' : 'Left empty, the key of the environment that REEF was started in is used.'}
          value={form.key}
          onChange={(event) => change({ key: event.target.value })}
        />
      )}
      <details className={styles.more} open={chosen?.id === 'other' || isField ? true : undefined}>
        <summary>Address and format</summary>
        <div className={styles.row}>
          <Input
            label="Name"
            hint="Models are then written NAME/MODEL."
            error={errorOf('name')}
            value={form.name}
            onChange={(event) => change({ name: event.target.value })}
          />
          <Select
            label="Format"
            options={wireNames}
            error={errorOf('wire')}
            value={form.wire}
            onChange={(event) => change({ wire: wireNames.find(([wire]) => wire === event.target.value)?.[0] ?? form.wire })}
          />
        </div>
        <Input
          label="Address"
          error={errorOf('baseUrl')}
          spellCheck={false}
          value={form.baseUrl}
          onChange={(event) => change({ baseUrl: event.target.value })}
        />
      </details>
      <RefusalNote refusal={silent ?? (isField ? undefined : refusal)} />
      <DialogActions>
        <Button large onClick={onClose}>
          Not now
        </Button>
        {silent && saved !== undefined ? (
          <Button large onClick={() => onConnected({ name: saved, models: [] })}>
            Name its model
          </Button>
        ) : null}
        <Button large kind="lead" type="submit" pending={connect.pending} disabled={form.name.trim() === ''}>
          {connect.pending ? 'Trying it…' : 'Connect and try it'}
        </Button>
      </DialogActions>
    </form>
  )
}
