import { type FormEvent, useEffect, useId, useState } from 'react'
import { MAX_REQUEST_BYTES } from '../../contract/index.ts'
import { goTo } from '../live/place.ts'
import { useAsk, useCommand, useReef } from '../live/reef.ts'
import { closeDialog, openDialog, say } from '../live/shell-door.ts'
import { Button } from '../parts/button.tsx'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { Checkbox, Input, TextArea } from '../parts/field.tsx'
import { RefusalNote } from '../parts/refusal-note.tsx'
import styles from './request-dialog.module.css'
import { clearRequestDraft, keepRequestDraft, type RequestDraft, readRequestDraft, toSubmitInput } from './request-draft.ts'

const fields = ['text', 'project', 'budgetUsd']

/** One text box and the few things worth saying beside it. What was typed stays until it was accepted. */
export function RequestDialog() {
  const [draft, setDraft] = useState<RequestDraft>(readRequestDraft)
  const noModel = useReef((facts) => facts.status.models === 'none')
  const projects = useAsk((client) => client.project.list(), [])
  const listId = useId()
  const submit = useCommand((client, input: RequestDraft) => client.request.submit(toSubmitInput(input)))
  useEffect(() => keepRequestDraft(draft), [draft])
  const change = (part: Partial<RequestDraft>) => setDraft((before) => ({ ...before, ...part }))

  const onSubmit = async (event?: FormEvent) => {
    event?.preventDefault()
    const answer = await submit.run(draft)
    if (!answer) return
    clearRequestDraft()
    closeDialog()
    say(answer.duplicate ? 'That request is already known; nothing was started twice.' : 'Taken. A plan is being made.')
    goTo('overview')
  }
  const { refusal } = submit
  const errorOf = (field: string) => (refusal?.field === field ? [refusal.message, refusal.remedy].filter(Boolean).join(' ') : undefined)
  const bytes = new TextEncoder().encode(draft.text).length
  return (
    <Dialog open onClose={closeDialog} title="New request" wide>
      <form className={styles.form} onSubmit={onSubmit}>
        {noModel ? (
          <div className={styles.notice}>
            <p>No model is connected yet, so nobody can plan this. Your words stay here meanwhile.</p>
            <Button onClick={() => openDialog('connect-model')}>Connect a model</Button>
          </div>
        ) : null}
        <TextArea
          label="What do you want?"
          hint={
            bytes > MAX_REQUEST_BYTES
              ? `${bytes.toLocaleString('en-NZ')} bytes; at most ${MAX_REQUEST_BYTES.toLocaleString('en-NZ')} are taken.`
              : 'In your own words: what it is for, how you will know that it is right, what it must not do. Ctrl Enter sends it.'
          }
          error={errorOf('text')}
          rows={7}
          autoFocus
          value={draft.text}
          onChange={(event) => change({ text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void onSubmit()
          }}
        />
        <div className={styles.row}>
          <Input
            label="Project"
            hint="One that exists, or a new name; left empty, REEF names it."
            error={errorOf('project')}
            list={listId}
            autoComplete="off"
            spellCheck={false}
            value={draft.project}
            onChange={(event) => change({ project: event.target.value })}
          />
          <datalist id={listId}>
            {projects.data?.projects.map((project) => (
              <option key={project.id} value={project.name} />
            ))}
          </datalist>
          <Input
            label="Budget, US dollars"
            hint="The most it may spend. Left empty: the default of the settings."
            error={errorOf('budgetUsd')}
            inputMode="decimal"
            value={draft.budget}
            onChange={(event) => change({ budget: event.target.value })}
          />
        </div>
        <Checkbox label="Show me the plan before anything starts" checked={draft.review} onChange={(event) => change({ review: event.target.checked })} />
        {refusal && !fields.includes(refusal.field ?? '') ? <RefusalNote refusal={refusal} /> : null}
        <DialogActions>
          <Button large onClick={closeDialog}>
            Keep for later
          </Button>
          <Button large kind="lead" type="submit" pending={submit.pending} disabled={draft.text.trim() === ''}>
            Start
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
