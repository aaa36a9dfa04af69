import { type FormEvent, useRef, useState } from 'react'
import type { ChannelSecretName, ChannelView } from '../../../contract/channels.ts'
import { useCommand } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog, DialogActions } from '../../parts/dialog.tsx'
import { Checkbox, Input } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import styles from './channels.module.css'
import { checkConfig, setups, toTyped } from './channels.select.ts'

type Wanted = { readonly config: Readonly<Record<string, string>>; readonly secrets: Partial<Record<ChannelSecretName, string>> }

/** Sets a channel up. A secret goes in and never comes out: stored ones are named, and what is typed leaves the field once it is sent. */
export function SetupDialog({ channel, onClose, onDone }: { channel: ChannelView; onClose: () => void; onDone: () => void }) {
  const { name, title } = channel
  const { about, fields, secrets } = setups[name]
  const [typed, setTyped] = useState(() => toTyped(channel))
  const [forgotten, setForgotten] = useState<ReadonlySet<ChannelSecretName>>(new Set())
  const form = useRef<HTMLFormElement>(null)
  const { config, errors } = checkConfig(name, typed)
  const set = useCommand((client, wanted: Wanted) => client.channel.set({ name, config: { ...wanted.config }, secrets: { ...wanted.secrets } }))
  const { refusal } = set
  // A secret's field is written `secrets.token`.
  const at = refusal?.field?.split('.').at(-1)
  const refusedAt = (field: string) => (refusal && at === field ? [refusal.message, refusal.remedy].filter(Boolean).join(' ') : undefined)
  const known = new Set<string>([...fields, ...secrets].map(({ key }) => key))
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!config || !form.current) return
    const given: Partial<Record<ChannelSecretName, string>> = {}
    for (const { key } of secrets) {
      const field = form.current.elements.namedItem(key) as HTMLInputElement
      const value = field.value.trim()
      if (forgotten.has(key)) given[key] = ''
      else if (value !== '') given[key] = value
      field.value = ''
    }
    const changed = await set.run({ config, secrets: given })
    if (!changed) return
    say(`${title} is set up. Send a test to be sure.`)
    onDone()
  }
  return (
    <Dialog open onClose={onClose} wide title={`Set up ${title}`} about={about}>
      <form ref={form} className={styles.form} onSubmit={submit}>
        <div className={styles.fields}>
          {fields.map(({ key, label, hint, optional }) => (
            <Input
              key={key}
              label={optional ? `${label} (may be left empty)` : label}
              hint={hint}
              error={errors[key] ?? refusedAt(key)}
              autoComplete="off"
              spellCheck={false}
              value={typed[key] ?? ''}
              onChange={(event) => {
                set.clear()
                setTyped({ ...typed, [key]: event.target.value })
              }}
            />
          ))}
          {secrets.map(({ key, label, hint }) => {
            const stored = channel.secrets.includes(key)
            const gone = forgotten.has(key)
            return (
              <div key={key} className={styles.secret}>
                <Input
                  label={label}
                  name={key}
                  type="password"
                  autoComplete="off"
                  spellCheck={false}
                  maxLength={4096}
                  disabled={gone}
                  placeholder={stored ? 'stored; empty keeps it' : ''}
                  hint={hint}
                  error={refusedAt(key)}
                />
                {stored ? (
                  <Checkbox
                    label={`Forget the stored ${label.toLowerCase()}`}
                    checked={gone}
                    onChange={(event) => setForgotten(new Set(event.target.checked ? [...forgotten, key] : [...forgotten].filter((one) => one !== key)))}
                  />
                ) : null}
              </div>
            )
          })}
        </div>
        <RefusalNote refusal={at !== undefined && known.has(at) ? undefined : refusal} />
        <DialogActions>
          <Button large onClick={onClose}>
            {channel.state === 'off' ? 'Not now' : 'Leave as it is'}
          </Button>
          <Button large kind="lead" type="submit" pending={set.pending} disabled={!config}>
            {channel.state === 'off' ? 'Set it up' : 'Keep it'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
