import { type InputHTMLAttributes, type ReactNode, type Ref, type SelectHTMLAttributes, type TextareaHTMLAttributes, useId } from 'react'
import styles from './field.module.css'

type Own = {
  label: ReactNode
  hint?: ReactNode
  /** One sentence; the field is marked as wrong while it is there. */
  error?: string | undefined
  /** Keeps the label for screen readers only. */
  bare?: boolean
}
type Described = { id: string; 'aria-invalid': boolean; 'aria-describedby': string | undefined }

function Frame({ label, hint, error, bare = false, children }: Own & { children: (described: Described) => ReactNode }) {
  const id = useId()
  const about = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ')
  return (
    <div className={styles.field} data-wrong={Boolean(error)}>
      <label htmlFor={id} className={bare ? styles.unseen : styles.label}>
        {label}
      </label>
      {children({ id, 'aria-invalid': Boolean(error), 'aria-describedby': about || undefined })}
      {hint ? (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      ) : null}
      {error ? (
        <p id={`${id}-error`} className={styles.error} role="alert">
          <span aria-hidden="true">▲</span> {error}
        </p>
      ) : null}
    </div>
  )
}

export function Input({
  label,
  hint,
  error,
  bare = false,
  ref,
  ...rest
}: Own & Omit<InputHTMLAttributes<HTMLInputElement>, 'id'> & { ref?: Ref<HTMLInputElement> }) {
  return (
    <Frame label={label} hint={hint} error={error} bare={bare}>
      {(described) => <input ref={ref} {...rest} {...described} className={styles.control} />}
    </Frame>
  )
}

export function TextArea({
  label,
  hint,
  error,
  bare = false,
  mono = false,
  ref,
  ...rest
}: Own & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'id'> & { mono?: boolean; ref?: Ref<HTMLTextAreaElement> }) {
  return (
    <Frame label={label} hint={hint} error={error} bare={bare}>
      {(described) => <textarea ref={ref} {...rest} {...described} className={styles.control} data-mono={mono} />}
    </Frame>
  )
}

/** A choice of few; `options` are [value, words]. */
export function Select({
  label,
  hint,
  error,
  bare = false,
  options,
  ...rest
}: Own & Omit<SelectHTMLAttributes<HTMLSelectElement>, 'id'> & { options: ReadonlyArray<readonly [value: string, words: string]> }) {
  return (
    <Frame label={label} hint={hint} error={error} bare={bare}>
      {(described) => (
        <select {...rest} {...described} className={styles.control}>
          {options.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Frame>
  )
}

export function Checkbox({ label, hint, ...rest }: { label: ReactNode; hint?: ReactNode } & Omit<InputHTMLAttributes<HTMLInputElement>, 'type' | 'id'>) {
  const id = useId()
  return (
    <div className={styles.check}>
      <input {...rest} type="checkbox" id={id} aria-describedby={hint ? `${id}-hint` : undefined} />
      <label htmlFor={id}>{label}</label>
      {hint ? (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      ) : null}
    </div>
  )
}
