import { ExternalLink } from 'lucide-react'
import type { ProviderPreset, Refusal } from '../../contract/index.ts'
import { Input, Select } from '../parts/field.tsx'
import { hasGap, hostOf, other, type ProviderForm, wireNames } from './connect.select.ts'
import styles from './connect-model.module.css'

/** What a provider needs: its key, and behind a fold the address and the format that the preset knows already. */
export function ProviderFields({
  preset,
  form,
  refusal,
  onChange,
}: {
  preset: ProviderPreset
  form: ProviderForm
  refusal: Refusal | undefined
  onChange: (part: Partial<ProviderForm>) => void
}) {
  const errorOf = (field: string) => (refusal?.field === field ? [refusal.message, refusal.remedy].filter(Boolean).join(' ') : undefined)
  const wrong = ['name', 'wire', 'baseUrl'].some((field) => refusal?.field === field)
  // A server of one's own stands where its owner put it: its address is looked at first.
  const open = preset === other || hasGap(preset) || preset.keyUrl === null || wrong
  return (
    <>
      <div>
        <h3>{preset.title}</h3>
        <p className={styles.hint}>{preset.note}</p>
        {preset.keyUrl ? <KeyPage url={preset.keyUrl} /> : null}
      </div>
      {form.wire === 'ollama' ? null : (
        // Uncontrolled: the key stands in the field and nowhere else on the page.
        <Input
          label="Key"
          name="key"
          type="password"
          autoComplete="off"
          spellCheck={false}
          autoFocus
          error={errorOf('key')}
          hint={
            preset.environment
              ? `Left empty, the key of ${preset.environment} is used.`
              : preset.keyUrl === null
                ? 'Left empty when none is needed.'
                : 'Shown to nobody, agents included.'
          }
        />
      )}
      <details key={String(open)} className={styles.more} open={open}>
        <summary>Address and format</summary>
        <div className={styles.row}>
          <Input
            label="Name"
            hint="Models are then written NAME/MODEL."
            error={errorOf('name')}
            value={form.name}
            onChange={(event) => onChange({ name: event.target.value })}
          />
          <Select
            label="Format"
            options={wireNames}
            error={errorOf('wire')}
            value={form.wire}
            onChange={(event) => onChange({ wire: wireNames.find(([wire]) => wire === event.target.value)?.[0] ?? form.wire })}
          />
        </div>
        <Input
          label="Address"
          error={errorOf('baseUrl')}
          spellCheck={false}
          value={form.baseUrl}
          onChange={(event) => onChange({ baseUrl: event.target.value })}
        />
      </details>
    </>
  )
}

/** Where a key is made. The host stands in the words of the link. */
function KeyPage({ url }: { url: string }) {
  const host = hostOf(url)
  if (host === undefined) return null
  return (
    <a className={styles.link} href={url} target="_blank" rel="noreferrer noopener">
      Make a key at {host} <ExternalLink aria-hidden="true" />
    </a>
  )
}
