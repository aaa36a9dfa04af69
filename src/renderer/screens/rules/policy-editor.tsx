import { useEffect, useRef, useState } from 'react'
import type { PolicyFileView, PolicyProblem } from '../../../contract/policies.ts'
import { goTo } from '../../live/place.ts'
import { useAsk, useCommand } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { Empty } from '../../parts/empty.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { Ago } from '../../parts/time.tsx'
import { policyDrafts } from './drafts.ts'
import { DryRunPanel } from './dry-run.tsx'
import { LineEditor, type LineEditorDoor } from './line-editor.tsx'
import { newFileText } from './policy.select.ts'
import { NewFile, SavePolicy } from './policy-dialogs.tsx'
import styles from './rules.module.css'

const TYPING_MS = 400
const LAST = 200

/** The files of the policy. What is typed changes nothing until it is saved with the file's name typed (T3); before, it can be tried. */
export function PolicyEditor({
  files,
  opened,
  version,
  onSaved,
}: {
  files: readonly PolicyFileView[]
  opened: string | undefined
  version: number
  onSaved: () => void
}) {
  const [naming, setNaming] = useState(false)
  const drafts = policyDrafts.useNames()
  const names = [...new Set([...files.map(({ name }) => name), ...drafts])].sort()
  const name = names.find((one) => one === opened) ?? names[0]
  const file = files.find((one) => one.name === name)
  return (
    <Card
      title="Files"
      note="policies/*.yaml, read in the order of their names"
      actions={
        <Button kind="quiet" onClick={() => setNaming(true)}>
          New file…
        </Button>
      }
    >
      {name === undefined ? (
        <Empty title="There is no file yet." action={<Button onClick={() => setNaming(true)}>Write the first</Button>}>
          What is built in holds until a file says otherwise.
        </Empty>
      ) : (
        <>
          <Tabs
            label="Files of the policy"
            tabs={names.map((one) => ({ id: one, label: drafts.includes(one) ? `${one} · not saved` : one }))}
            value={name}
            onChange={(next) => goTo('rules', 'policy', next)}
          />
          <OneFile key={name} name={name} file={file} version={version} onSaved={onSaved} />
        </>
      )}
      {naming ? (
        <NewFile
          taken={names}
          onClose={() => setNaming(false)}
          onNamed={(fresh) => {
            policyDrafts.keep(fresh, { text: newFileText, base: '', startedAt: Date.now() })
            setNaming(false)
            goTo('rules', 'policy', fresh)
          }}
        />
      ) : null}
    </Card>
  )
}

/** Follows a text once nothing was typed for a moment. */
function useRested(text: string): string {
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text])
  return rested
}

function OneFile({ name, file, version, onSaved }: { name: string; file: PolicyFileView | undefined; version: number; onSaved: () => void }) {
  const draft = policyDrafts.useDraft(name)
  const stored = file?.text ?? ''
  const text = draft?.text ?? stored
  const changed = draft !== undefined
  const door = useRef<LineEditorDoor>(null)
  const [asking, setAsking] = useState<'save' | 'drop'>()
  const [tried, setTried] = useState<string>()
  const rested = useRested(text)
  const check = useAsk((client) => client.policy.check({ name, text: rested }), [name, rested, version])
  const trial = useCommand((client, trialText: string) => client.policy.try({ name, text: trialText, limit: LAST }))
  const [found, setFound] = useState<Awaited<ReturnType<typeof trial.run>>>()
  // What is saved is no draft any more; it goes once the file as it is on disk has come.
  useEffect(() => {
    if (file && draft?.text === file.text) policyDrafts.keep(name, undefined)
  }, [name, file, draft])
  const checking = check.loading || rested !== text
  const problems: readonly PolicyProblem[] = check.data?.problems ?? file?.problems ?? []
  const type = (next: string) =>
    policyDrafts.keep(name, next === stored && file ? undefined : { text: next, base: draft?.base ?? stored, startedAt: draft?.startedAt ?? Date.now() })
  const dryRun = async () => {
    const answer = await trial.run(text)
    if (!answer) return
    setFound(answer)
    setTried(text)
  }
  const ready = changed && !checking && problems.length === 0
  return (
    <div className={styles.editor}>
      <LineEditor
        door={door}
        label={`Text of ${name}`}
        text={text}
        problems={problems}
        onChange={type}
        onSave={() => (ready ? setAsking('save') : undefined)}
      />
      <Problems problems={problems} checking={checking} onGo={(line) => door.current?.goTo(line)} />
      <RefusalNote refusal={check.refusal} again={check.again} />
      {draft && draft.base !== stored ? (
        <p className={styles.high}>
          <span aria-hidden="true">▲</span> The file was changed elsewhere since you began. Saving replaces that change with what stands here.
        </p>
      ) : null}
      <div className={styles.acts}>
        <Button pending={trial.pending} onClick={dryRun}>
          {`Dry run: what would the last ${LAST} actions have needed?`}
        </Button>
        <Button kind="lead" disabled={!ready} hint="Ctrl+S" onClick={() => setAsking('save')}>
          Save…
        </Button>
        <Button disabled={!changed} onClick={() => setAsking('drop')}>
          Throw away changes
        </Button>
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
      <RefusalNote refusal={trial.refusal} again={dryRun} />
      {found ? <DryRunPanel run={found} stale={tried !== text} /> : null}
      {asking === 'save' ? (
        <SavePolicy
          name={name}
          text={text}
          tried={tried === text ? found : undefined}
          onClose={() => setAsking(undefined)}
          onSaved={() => {
            setAsking(undefined)
            onSaved()
          }}
        />
      ) : null}
      <Confirm
        open={asking === 'drop'}
        danger
        title={`Throw away the changes to ${name}?`}
        verb="Throw away"
        onClose={() => setAsking(undefined)}
        onConfirm={() => {
          policyDrafts.keep(name, undefined)
          setAsking(undefined)
        }}
      >
        {file ? 'The file goes back to what is on disk.' : 'The file was never saved; it is gone then.'} What you typed cannot be brought back.
      </Confirm>
    </div>
  )
}

function Problems({ problems, checking, onGo }: { problems: readonly PolicyProblem[]; checking: boolean; onGo: (line: number) => void }) {
  return (
    <div className={styles.problems}>
      <p role="status" data-wrong={problems.length > 0}>
        {checking
          ? 'Checking…'
          : problems.length === 0
            ? '✓ No problems.'
            : `▲ ${problems.length === 1 ? 'One problem' : `${problems.length} problems`}; nothing changes until it is mended.`}
      </p>
      <ul>
        {problems.map((problem) => (
          <li key={`${problem.file} ${problem.line} ${problem.field} ${problem.message}`}>
            {problem.line === null ? null : (
              <Button kind="quiet" onClick={() => onGo(problem.line ?? 1)}>
                Line {problem.line}
              </Button>
            )}
            <span>
              {problem.field ? <code>{problem.field}</code> : null} {problem.message}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
