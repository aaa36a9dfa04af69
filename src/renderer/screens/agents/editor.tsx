import { useRef, useState } from 'react'
import type { AgentView } from '../../../contract/agents.ts'
import { useAsk, useCommand } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { TextArea } from '../../parts/field.tsx'
import { spanOfLine } from '../../parts/file-drafts.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { Ago } from '../../parts/time.tsx'
import styles from './agents.module.css'
import { toLine } from './agents.select.ts'
import { agentDrafts } from './drafts.ts'

/**
 * The whole file of an agent. What is typed stays until it is saved or thrown away, whatever the owner looks at meanwhile; a refused file changes
 * nothing in the engine and nothing in the field, and the refusal leads to its line.
 */
export function Editor({ agent }: { agent: AgentView }) {
  const { name } = agent
  const field = useRef<HTMLTextAreaElement>(null)
  const [asking, setAsking] = useState(false)
  const stored = useAsk((client) => client.agent.get({ name }), [name, agent.version, agent.problem?.message], { keep: false })
  const save = useCommand((client, file: string) => client.agent.save({ name, file }))
  const draft = agentDrafts.useDraft(name)
  const file = stored.data?.file
  if (file === undefined)
    return stored.refusal ? <RefusalNote refusal={stored.refusal} again={stored.again} /> : <Skeleton lines={8} label={`Loading the file of ${name}`} />

  const text = draft?.text ?? file
  const changed = draft !== undefined && draft.text !== file
  const overtaken = draft !== undefined && draft.base !== file
  const line = save.refusal ? toLine(save.refusal.message) : (agent.problem?.line ?? null)
  const type = (next: string) =>
    agentDrafts.keep(name, next === file ? undefined : { text: next, base: draft?.base ?? file, startedAt: draft?.startedAt ?? Date.now() })
  const goToLine = () => {
    if (!field.current || line === null) return
    field.current.focus()
    field.current.setSelectionRange(...spanOfLine(text, line))
  }
  const submit = async () => {
    const saved = await save.run(text)
    if (!saved) return
    agentDrafts.keep(name, undefined)
    stored.again()
    say(`${name} is saved and in force from the next session on.`)
  }
  return (
    <div className={styles.editor}>
      <TextArea
        ref={field}
        mono
        label="File"
        hint="Frontmatter between two lines of ---, then the prompt. Saved as it stands; comments and order stay."
        error={save.refusal?.message}
        value={text}
        spellCheck={false}
        rows={22}
        wrap="off"
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 's' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault()
            if (changed) void submit()
          }
        }}
      />
      {overtaken ? (
        <p className={styles.problem}>
          <span aria-hidden="true">▲</span> The file was changed elsewhere since you began. Saving replaces that change with what stands here.
        </p>
      ) : null}
      <div className={styles.actions}>
        <Button kind="lead" onClick={submit} pending={save.pending} disabled={!changed} hint="Ctrl+S">
          Save
        </Button>
        <Button onClick={() => setAsking(true)} disabled={!changed}>
          Throw away changes
        </Button>
        {line !== null ? <Button onClick={goToLine}>Go to line {line}</Button> : null}
        <span className={styles.muted} role="status">
          {changed ? (
            <>
              Not saved; begun <Ago at={draft.startedAt} />
            </>
          ) : (
            'As it is on disk'
          )}
        </span>
      </div>
      {save.refusal?.remedy ? <p className={styles.muted}>{save.refusal.remedy}</p> : null}
      <Confirm
        open={asking}
        danger
        title={`Throw away the changes to ${name}?`}
        verb="Throw away"
        onClose={() => setAsking(false)}
        onConfirm={() => {
          agentDrafts.keep(name, undefined)
          save.clear()
          setAsking(false)
        }}
      >
        The file goes back to what is on disk. What you typed cannot be brought back.
      </Confirm>
    </div>
  )
}
