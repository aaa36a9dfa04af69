import { type FormEvent, useState } from 'react'
import type { Billing, ProviderPreset } from '../../contract/index.ts'
import { useAsk } from '../live/reef.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Input } from '../parts/field.tsx'
import { RefusalNote } from '../parts/refusal-note.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { findPresets, other, type ProviderForm, toForm } from './connect.select.ts'
import styles from './connect-model.module.css'
import { Found } from './found.tsx'
import { LiveTest } from './live-test.tsx'
import { ProviderFields } from './provider-fields.tsx'
import { type Connected, useConnect } from './use-connect.ts'
import { UseModel } from './use-model.tsx'

/**
 * From "no model" to working agents on one screen: what this machine has already, every provider REEF knows, the key, a live test that says
 * what it cost, and the agents that take the model.
 */
export function ConnectModel({ onClose }: { onClose: () => void }) {
  const [wanted, setWanted] = useState('')
  const [preset, setPreset] = useState<ProviderPreset>()
  const [form, setForm] = useState<ProviderForm>()
  const presets = useAsk((client) => client.provider.presets(), [])
  const connect = useConnect()
  const listed = findPresets(presets.data?.presets ?? [], wanted)
  // Until something is chosen the first of the list is: the dialog opens ready for a key.
  const chosen = preset ?? (presets.data ? listed[0] : undefined)
  const filled = form ?? (chosen ? toForm(chosen) : undefined)
  const choose = (next: ProviderPreset) => {
    setPreset(next)
    setForm(undefined)
    connect.clear()
  }
  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (!chosen || !filled) return
    const field = event.currentTarget.elements.namedItem('key')
    const key = field instanceof HTMLInputElement ? field.value : ''
    const connected = await connect.run({ ...filled, ...billingOf(chosen), key })
    // Once the engine has it, it stands nowhere on the page.
    if (connected && field instanceof HTMLInputElement) field.value = ''
  }
  const { connected } = connect
  return (
    <Dialog
      open
      wide="screen"
      onClose={onClose}
      title={connected ? toTitle(connected) : 'Connect a model'}
      about={
        connected
          ? 'Try it with a call of a token or two, then say which agents use it. Each can be given another one later.'
          : 'A key is kept in a file that only you can read, never in the database, and is used for nothing but calls of your agents.'
      }
    >
      {connected ? (
        <div className={styles.form}>
          <LiveTest key={connected.name} connected={connected} />
          <UseModel provider={connected.name} models={connected.models} onDone={onClose} />
        </div>
      ) : (
        <div className={styles.columns}>
          <div className={styles.side}>
            <Found connect={connect} />
            <Input
              label="Find a provider"
              bare
              type="search"
              placeholder="Find a provider"
              value={wanted}
              onChange={(event) => setWanted(event.target.value)}
            />
            <RefusalNote refusal={presets.refusal} again={presets.again} />
            {presets.data ? null : presets.loading ? <Skeleton lines={5} label="Loading providers" /> : null}
            <Presets presets={presets.data ? listed : [other]} chosen={chosen} onChoose={choose} />
          </div>
          {chosen && filled ? (
            <form className={styles.form} onSubmit={onSubmit} autoComplete="off">
              <ProviderFields key={chosen.name} preset={chosen} form={filled} refusal={connect.refusal} onChange={(part) => setForm({ ...filled, ...part })} />
              <RefusalNote refusal={connect.isField ? undefined : connect.refusal} />
              <div className={styles.acts}>
                <Button large onClick={onClose}>
                  Not now
                </Button>
                {connect.saved === undefined ? null : (
                  <Button large onClick={connect.nameModel}>
                    Name its model
                  </Button>
                )}
                <Button large kind="lead" type="submit" pending={connect.pending} disabled={filled.name.trim() === ''}>
                  {connect.pending ? 'Connecting…' : 'Connect and try it'}
                </Button>
              </div>
            </form>
          ) : (
            <p className={styles.hint}>{presets.refusal ? 'Choose “Another address” to connect one without the list.' : ''}</p>
          )}
        </div>
      )}
    </Dialog>
  )
}

const billingOf = (preset: ProviderPreset): { billing?: Billing } => (preset === other ? {} : { billing: preset.billing })

const toTitle = ({ name, models }: Connected) =>
  models.length > 0 ? `${name} answers, with ${models.length.toLocaleString('en-NZ')} models` : `${name} is saved`

function Presets({
  presets,
  chosen,
  onChoose,
}: {
  presets: readonly ProviderPreset[]
  chosen: ProviderPreset | undefined
  onChoose: (preset: ProviderPreset) => void
}) {
  return (
    <fieldset className={styles.presets}>
      <legend className={styles.unseen}>Provider</legend>
      {presets.map((preset) => (
        <label key={preset.name} className={styles.preset} data-chosen={preset.name === chosen?.name}>
          <input type="radio" name="preset" checked={preset.name === chosen?.name} onChange={() => onChoose(preset)} />
          <span>
            <strong>{preset.title}</strong>
            <span className={styles.hint}>{preset.environment ? `a key is in the environment (${preset.environment})` : preset.note}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
