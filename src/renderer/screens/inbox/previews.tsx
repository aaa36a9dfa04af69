import { lazy, Suspense } from 'react'
import type { ApprovalView } from '../../../contract/index.ts'
import { CodeBlock } from '../../parts/code-block.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import styles from './previews.module.css'

const Diff = lazy(async () => ({ default: (await import('../../parts/diff.tsx')).Diff }))

/** Exactly what will be done, never a description of it (U-43). Everything in here was written by agents, and is shown as text only (U-26). */
export function Previews({ previews }: { previews: ApprovalView['previews'] }) {
  if (previews.length === 0)
    return (
      <p className={styles.none} role="note">
        ▲ Nothing was given to look at. What cannot be seen should not be approved.
      </p>
    )
  return (
    <section className={styles.previews} aria-label="Exactly this">
      {previews.map((preview, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the previews of a request never change or move.
        <div key={i} className={styles.preview}>
          <h3 className={styles.title}>
            {preview.kind === 'command' ? 'runs' : preview.title}{' '}
            {preview.kind !== 'limit' && <span className={styles.from}>content from agents, shown as it is</span>}
          </h3>
          {preview.kind === 'command' ? <CodeBlock label="Command" text={`$ ${preview.argv.map(quoted).join(' ')}\n  in ${preview.cwd}`} /> : null}
          {preview.kind === 'text' || preview.kind === 'limit' ? <CodeBlock label={preview.title} text={preview.text} /> : null}
          {preview.kind === 'diff' ? (
            <Suspense fallback={<Skeleton lines={6} label="Loading the difference" />}>
              <Diff text={preview.text} />
            </Suspense>
          ) : null}
        </div>
      ))}
    </section>
  )
}

/** Words of a command that a shell would split or change are quoted, so that two arguments never look like one. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
