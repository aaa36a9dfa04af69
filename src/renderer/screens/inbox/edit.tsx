import type { ReactNode } from 'react'
import type { ApprovalView } from '../../../contract/index.ts'
import { Input, TextArea } from '../../parts/field.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import styles from './decision.module.css'

/** The texts of the effect in the owner's own words, with what they were (U-46). `edits` holds only what differs; `children` are the buttons. */
export function Edit({
  approval,
  edits,
  onEdit,
  children,
}: {
  approval: ApprovalView
  edits: Readonly<Record<string, string>>
  onEdit: (edits: Readonly<Record<string, string>>) => void
  children: ReactNode
}) {
  const set = (field: string, was: string, value: string) => {
    const { [field]: _, ...others } = edits
    onEdit(value === was ? others : { ...others, [field]: value })
  }
  const changed = approval.editable.filter(({ field }) => edits[field] !== undefined)
  return (
    <section className={styles.form} aria-label="Edit and approve">
      {approval.editable.map(({ field, label, value, lines }, i) => {
        const shared = { label, value: edits[field] ?? value, maxLength: 20_000, autoFocus: i === 0 }
        return lines > 1 ? (
          <TextArea key={field} {...shared} rows={Math.min(lines, 12)} onChange={(event) => set(field, value, event.target.value)} />
        ) : (
          <Input key={field} {...shared} onChange={(event) => set(field, value, event.target.value)} />
        )
      })}
      <section aria-label="What you changed" className={styles.changes}>
        {changed.length === 0 ? <p className={styles.hint}>Nothing is changed yet.</p> : null}
        {changed.map(({ field, label, value }) => (
          <div key={field}>
            <h4>{label}</h4>
            <del>{showHidden(value)}</del>
            <ins>{edits[field]}</ins>
          </div>
        ))}
      </section>
      <div className={styles.buttons}>{children}</div>
    </section>
  )
}
