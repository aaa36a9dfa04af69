import type { ReactNode } from 'react'
import { Checkbox } from '../../parts/field.tsx'
import styles from './rules.module.css'

export type Choice = { readonly value: string; readonly label: ReactNode }

/** Any of many, in a box that scrolls. */
export function Ticks({
  legend,
  choices,
  chosen,
  onChange,
}: {
  legend: string
  choices: readonly Choice[]
  chosen: readonly string[]
  onChange: (chosen: readonly string[]) => void
}) {
  return (
    <fieldset className={styles.ticks}>
      <legend>{legend}</legend>
      {choices.length === 0 ? <p className={styles.muted}>None is known.</p> : null}
      <div>
        {choices.map(({ value, label }) => (
          <Checkbox
            key={value}
            label={label}
            checked={chosen.includes(value)}
            onChange={(event) => onChange(event.target.checked ? [...chosen, value] : chosen.filter((one) => one !== value))}
          />
        ))}
      </div>
    </fieldset>
  )
}
