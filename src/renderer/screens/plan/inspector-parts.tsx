import { useState } from 'react'
import type { ArtifactId, ArtifactView, AttemptId, AttemptView, EvidenceView, SessionView, TaskDetail, TaskView } from '../../../contract/index.ts'
import { placeHref } from '../../live/place.ts'
import { useAsk } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { CodeBlock } from '../../parts/code-block.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Diff } from '../../parts/diff.tsx'
import { Money } from '../../parts/money.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { At, Elapsed } from '../../parts/time.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import styles from './inspector.module.css'
import { WhyModel } from './why-model.tsx'
import { shortModel } from './words.ts'

const plural = (n: number, one: string) => `${n} ${one}${n === 1 ? '' : 's'}`

/** What the gate found, newest attempt first; each line can be opened to see what it rests on. */
export function Evidence({ evidence }: { evidence: readonly EvidenceView[] }) {
  const list = evidence.toSorted((a, b) => b.at - a.at)
  return (
    <section className={styles.part}>
      <h3>Evidence</h3>
      {list.length === 0 ? <p className={styles.none}>None yet: a task is done only with evidence of that very commit.</p> : null}
      <ul className={styles.rows}>
        {list.map((one) => (
          <li key={one.id}>
            <details>
              <summary>
                <StateMark machine="verdict" state={one.verdict} glyphOnly />
                <span className={styles.name}>{showHidden(one.name)}</span>
                <span className={styles.end}>
                  {one.kind === 'review' ? shortModel(one.model) : one.exitCode === null ? one.kind : `exit ${one.exitCode}`}
                  {one.durationMs > 0 ? ` · ${(one.durationMs / 1000).toFixed(1)} s` : ''}
                </span>
              </summary>
              <div className={styles.more}>
                <p>{showHidden(one.summary) || 'No summary.'}</p>
                <p className={styles.none}>
                  {one.kind} · <At at={one.at} seconds /> · sha256 <code title={one.hash}>{one.hash.slice(0, 12)}</code>{' '}
                  <CopyButton text={one.hash} label="Copy hash" />
                </p>
              </div>
            </details>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Every try, with its step of the cascade (U-83). Interrupted ones do not count against the limit and say so. */
export function Attempts({ detail, task }: { detail: TaskDetail; task: TaskView }) {
  const [shown, setShown] = useState<AttemptView>()
  const attempts = detail.attempts.toSorted((a, b) => b.n - a.n)
  return (
    <section className={styles.part}>
      <h3>
        Attempts{' '}
        <span className={styles.none}>
          {task.attempts} of {task.maxAttempts} count
        </span>
      </h3>
      {attempts.length === 0 ? <p className={styles.none}>None yet.</p> : null}
      <ul className={styles.rows}>
        {attempts.map((attempt) => (
          <li key={attempt.id} className={styles.attempt}>
            <div className={styles.line}>
              <StateMark machine="attempt" state={attempt.state} />
              <span className={styles.name}>
                {attempt.n}. {attempt.step}
              </span>
              <span className={styles.end}>
                <Elapsed from={attempt.startedAt} to={attempt.endedAt} /> · <Money amount={attempt.spent} />
              </span>
            </div>
            <p className={styles.none}>
              {[attempt.agent, shortModel(attempt.model), attempt.driver].filter(Boolean).join(' · ')}
              {attempt.state === 'interrupted' ? ' · does not count' : ''}
            </p>
            {attempt.error ? <p className={styles.error}>{showHidden(attempt.error)}</p> : null}
            <div className={styles.acts}>
              {attempt.sessionId ? <a href={placeHref('sessions', attempt.sessionId)}>Terminal</a> : null}
              {attempt.driver === 'command' ? null : <WhyModel task={task} attempt={attempt} />}
              {attempt.headSha ? (
                <Button kind="quiet" onClick={() => setShown(attempt)}>
                  Diff {attempt.headSha.slice(0, 7)}
                </Button>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
      <Dialog open={shown !== undefined} onClose={() => setShown(undefined)} wide title={shown ? `Attempt ${shown.n}: what it changed` : ''}>
        {shown ? <AttemptDiff id={shown.id} /> : null}
      </Dialog>
    </section>
  )
}

function AttemptDiff({ id }: { id: AttemptId }) {
  const { data, refusal, again } = useAsk((client) => client.task.diff({ attemptId: id }), [id], { keep: false })
  if (refusal) return <RefusalNote refusal={refusal} again={again} />
  return data ? <Diff text={data.text} truncated={data.truncated} /> : <Skeleton lines={8} label="Reading the difference" />
}

/** Files that the task produced, as the gate saw them; and those it still owes. */
export function Artifacts({ artifacts, outputs }: { artifacts: readonly ArtifactView[]; outputs: readonly string[] }) {
  const [shown, setShown] = useState<ArtifactView>()
  const owed = outputs.filter((path) => !artifacts.some((artifact) => artifact.path === path))
  if (artifacts.length === 0 && owed.length === 0) return null
  return (
    <section className={styles.part}>
      <h3>Files</h3>
      <ul className={styles.rows}>
        {artifacts.map((artifact) => (
          <li key={artifact.id} className={styles.line}>
            <Button kind="quiet" className={styles.file} onClick={() => setShown(artifact)}>
              {showHidden(artifact.path)}
            </Button>
            <span className={styles.end}>{formatBytes(artifact.bytes)}</span>
          </li>
        ))}
        {owed.map((path) => (
          <li key={path} className={styles.line}>
            <span className={styles.none}>□ {showHidden(path)}</span>
            <span className={styles.end}>not there yet</span>
          </li>
        ))}
      </ul>
      <Dialog open={shown !== undefined} onClose={() => setShown(undefined)} wide title={shown?.path ?? ''}>
        {shown ? <ArtifactText id={shown.id} /> : null}
      </Dialog>
    </section>
  )
}

function ArtifactText({ id }: { id: ArtifactId }) {
  const { data, refusal, again } = useAsk((client) => client.artifact.read({ id }), [id], { keep: false })
  if (refusal) return <RefusalNote refusal={refusal} again={again} />
  if (!data) return <Skeleton lines={8} label="Reading the file" />
  const { artifact, text, truncated } = data
  return (
    <>
      <p className={styles.none}>
        {artifact.mediaType} · {formatBytes(artifact.bytes)} · sha256 <code>{artifact.sha256.slice(0, 12)}</code>
      </p>
      {text === null ? <p>This file is not text.</p> : <CodeBlock text={text} label={artifact.path} />}
      {truncated ? <p className={styles.none}>Only its beginning is shown.</p> : null}
    </>
  )
}

export function Sessions({ sessions }: { sessions: readonly SessionView[] }) {
  if (sessions.length === 0) return null
  return (
    <section className={styles.part}>
      <h3>
        Sessions <span className={styles.none}>{plural(sessions.length, 'terminal')}</span>
      </h3>
      <ul className={styles.rows}>
        {sessions.map((session) => (
          <li key={session.id} className={styles.line}>
            <StateMark machine="session" state={session.state} />
            <a className={styles.name} href={placeHref('sessions', session.id)}>
              {session.role} · {session.agent}
            </a>
            <span className={styles.end}>
              <Elapsed from={session.startedAt} to={session.endedAt} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
