import { type FormEvent, useState } from 'react'
import type { TemplateView } from '../../../contract/playbooks.ts'
import { useAsk, useCommand } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { Dialog, DialogActions } from '../../parts/dialog.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Input, TextArea } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { Ago, At } from '../../parts/time.tsx'
import { fitted } from './fitted.ts'
import styles from './rules.module.css'

const NAME = /^[a-z][a-z0-9-]{1,59}$/

/** Words that the owner approved beforehand: sent in place of a draft when a customer would wait too long (C-14). */
export function Templates({ version }: { version: string }) {
  const answer = useAsk((client) => client.template.list(), [version])
  const [editing, setEditing] = useState<TemplateView | 'new'>()
  const [removing, setRemoving] = useState<TemplateView>()
  const { data, refusal } = answer
  const rows = data?.templates ?? []
  return (
    <Card
      title="Templates"
      note={
        refusal && answer.at ? (
          <>
            as of <At at={answer.at} seconds />
          </>
        ) : null
      }
      actions={<Button onClick={() => setEditing('new')}>Write a template…</Button>}
    >
      <RefusalNote refusal={refusal} again={answer.again} />
      {data ? (
        <div className={styles.answer} data-stale={refusal !== undefined}>
          <p className={styles.muted}>When nobody answers in time, these words go out; never the draft that was waiting.</p>
          <div className={styles.table} style={fitted(rows.length, 36)}>
            <Table
              label="Templates"
              columns={columns(setEditing, setRemoving)}
              rows={rows}
              rowKey={({ name }) => name}
              rowHeight={36}
              empty={<Empty title="No template yet.">A kind of action that names one in the policy cannot be accepted before its words stand here.</Empty>}
            />
          </div>
        </div>
      ) : answer.loading ? (
        <Skeleton lines={5} label="Loading templates" />
      ) : null}
      {editing ? (
        <TemplateDialog
          template={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
          onDone={() => {
            setEditing(undefined)
            answer.again()
          }}
        />
      ) : null}
      {removing ? (
        <RemoveTemplate
          name={removing.name}
          onClose={() => setRemoving(undefined)}
          onDone={() => {
            setRemoving(undefined)
            answer.again()
          }}
        />
      ) : null}
    </Card>
  )
}

const columns = (onEdit: (template: TemplateView) => void, onRemove: (template: TemplateView) => void): readonly Column<TemplateView>[] => [
  { id: 'name', head: 'name', width: 'minmax(120px, 1fr)', cell: ({ name }) => <code title={name}>{name}</code> },
  { id: 'text', head: 'words', width: 'minmax(180px, 4fr)', cell: ({ text }) => <span title={text}>{text}</span> },
  { id: 'changed', head: 'changed', width: '104px', cell: ({ changedAt }) => <Ago at={changedAt} /> },
  {
    id: 'acts',
    head: '',
    width: '176px',
    align: 'end',
    cell: (template) => (
      <>
        <Button kind="quiet" aria-label={`Change ${template.name}`} onClick={() => onEdit(template)}>
          Change…
        </Button>
        <Button kind="quiet" aria-label={`Remove ${template.name}`} onClick={() => onRemove(template)}>
          Remove…
        </Button>
      </>
    ),
  },
]

function TemplateDialog({ template, onClose, onDone }: { template: TemplateView | undefined; onClose: () => void; onDone: () => void }) {
  const [name, setName] = useState(template?.name ?? '')
  const [text, setText] = useState(template?.text ?? '')
  const save = useCommand((client) => client.template.save({ name: name.trim(), text: text.trim() }))
  const { refusal } = save
  const refusedAt = (field: string) => (refusal?.field === field ? [refusal.message, refusal.remedy].filter(Boolean).join(' ') : undefined)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const saved = await save.run()
    if (!saved) return
    say(`Template ${saved.name} is saved.`)
    onDone()
  }
  const badName = name !== '' && !NAME.test(name.trim()) ? 'Lower case words with dashes.' : undefined
  return (
    <Dialog
      open
      onClose={onClose}
      wide
      title={template ? `Template ${template.name}` : 'A new template'}
      about="What is written here is sent as it stands, to people outside."
    >
      <form className={styles.form} onSubmit={submit}>
        {template ? null : (
          <Input
            label="Name"
            placeholder="aware-and-investigating"
            autoComplete="off"
            spellCheck={false}
            autoFocus
            maxLength={60}
            error={badName ?? refusedAt('name')}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
        <TextArea
          label="Words"
          rows={6}
          maxLength={2000}
          autoFocus={template !== undefined}
          hint={`${text.trim().length.toLocaleString('en-US')} of 2,000 characters`}
          error={refusedAt('text')}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <RefusalNote refusal={refusal?.field === 'name' || refusal?.field === 'text' ? undefined : refusal} />
        <DialogActions>
          <Button large onClick={onClose}>
            {template ? 'Leave as it is' : 'Not now'}
          </Button>
          <Button large kind="lead" type="submit" pending={save.pending} disabled={badName !== undefined || name.trim() === '' || text.trim().length < 3}>
            Save it
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

function RemoveTemplate({ name, onClose, onDone }: { name: string; onClose: () => void; onDone: () => void }) {
  const remove = useCommand((client) => client.template.remove({ name }))
  const confirm = async () => {
    if (!(await remove.run())) return
    say(`Template ${name} is removed.`)
    onDone()
  }
  return (
    <Confirm open danger title={`Remove ${name}?`} verb="Remove it" pending={remove.pending} refusal={remove.refusal} onClose={onClose} onConfirm={confirm}>
      A template that the policy names cannot be removed.
    </Confirm>
  )
}
