import { useState } from 'react'
import type { SettingView } from '../../../contract/settings.ts'
import { useCommand } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Checkbox, Input, Select } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import styles from './settings.module.css'
import { boundsOf, check, showValue, toKind, toSentence, toTitle } from './settings.select.ts'

/**
 * One setting: what it means, its default and where its value comes from. A switch or a choice applies at once; what is typed shows the difference
 * and waits for a word.
 */
export function SettingRow({ setting }: { setting: SettingView }) {
  const { key, value } = setting
  const kind = toKind(key)
  const title = toTitle(key)
  const [typed, setTyped] = useState<string>()
  const set = useCommand((client, next: unknown) => client.settings.set({ key, value: next }))
  const apply = async (next: unknown) => {
    if (!(await set.run(next))) return
    setTyped(undefined)
    say(`${title}: ${showValue(value)} → ${showValue(next)}`)
  }
  const isDefault = showValue(value) === showValue(setting.default)
  const hint = [toSentence(setting.description), kind.kind === 'number' ? boundsOf(kind) : '', isDefault ? '' : `Default ${showValue(setting.default)}.`]
    .filter(Boolean)
    .join(' ')
  const refused = set.refusal ? [set.refusal.message, set.refusal.remedy].filter(Boolean).join(' ') : undefined

  return (
    <li className={styles.setting} data-changed={!isDefault}>
      {kind.kind === 'switch' ? (
        <>
          <Checkbox label={title} hint={hint} checked={value === true} disabled={set.pending} onChange={(event) => apply(event.target.checked)} />
          <RefusalNote refusal={set.refusal} />
        </>
      ) : kind.kind === 'choice' ? (
        <Select
          label={title}
          hint={hint}
          error={refused}
          options={kind.options.map((option) => [option, option] as const)}
          value={String(value)}
          disabled={set.pending}
          onChange={(event) => apply(event.target.value)}
        />
      ) : (
        <Typed
          title={title}
          hint={hint}
          numeric={kind.kind === 'number'}
          before={showValue(value)}
          typed={typed}
          onType={(next) => {
            setTyped(next)
            set.clear()
          }}
          checked={typed === undefined ? undefined : check(key, typed)}
          refused={refused}
          pending={set.pending}
          onApply={apply}
        />
      )}
      <div className={styles.source}>
        <span>{setting.source === 'file' ? 'set by you' : 'default'}</span>
        {isDefault ? null : (
          <Button kind="quiet" disabled={set.pending} onClick={() => apply(setting.default)}>
            Back to {showValue(setting.default)}
          </Button>
        )}
      </div>
    </li>
  )
}

function Typed({
  title,
  hint,
  numeric,
  before,
  typed,
  onType,
  checked,
  refused,
  pending,
  onApply,
}: {
  title: string
  hint: string
  numeric: boolean
  before: string
  typed: string | undefined
  onType: (typed: string | undefined) => void
  checked: ReturnType<typeof check> | undefined
  refused: string | undefined
  pending: boolean
  onApply: (value: unknown) => void
}) {
  const changed = typed !== undefined && typed.trim() !== before
  const ready = changed && checked?.ok === true
  return (
    <form
      className={styles.typed}
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) onApply(checked.value)
      }}
    >
      <Input
        label={title}
        hint={hint}
        error={refused ?? (changed && checked?.ok === false ? checked.message : undefined)}
        inputMode={numeric ? 'decimal' : 'text'}
        autoComplete="off"
        spellCheck={false}
        value={typed ?? before}
        onChange={(event) => onType(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onType(undefined)
        }}
      />
      {changed ? (
        <p className={styles.change}>
          <span>
            {before} → <strong>{typed.trim() || 'nothing'}</strong>
          </span>
          <Button type="submit" kind="lead" disabled={!ready} pending={pending}>
            Apply
          </Button>
          <Button kind="quiet" onClick={() => onType(undefined)}>
            Leave it
          </Button>
        </p>
      ) : null}
    </form>
  )
}
