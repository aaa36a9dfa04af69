import { ChevronDown, ChevronRight } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useEffect, useId, useRef, useState } from 'react'
import type { ApprovalView, Preview } from '../../../contract/index.ts'
import { CodeBlock } from '../../parts/code-block.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import styles from './previews.module.css'

const Diff = lazy(async () => ({ default: (await import('../../parts/diff.tsx')).Diff }))

/** Exactly what will be done, never a description of it (U-43). Everything in here was written by agents, and is shown as text only (U-26). */
export function Previews({ previews, onSee }: { previews: ApprovalView['previews']; onSee: (preview: number) => void }) {
  if (previews.length === 0)
    return (
      <p className={styles.missing} role="note">
        ▲ Nothing was given to look at. What cannot be seen should not be approved.
      </p>
    )
  return (
    <section className={styles.previews} aria-label="Exactly this">
      {previews.map((preview, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the previews of a request never move.
        <One key={i} preview={preview} onSee={() => onSee(i)} />
      ))}
    </section>
  )
}

function One({ preview, onSee }: { preview: Preview; onSee: () => void }) {
  const [open, setOpen] = useState(true)
  const id = useId()
  return (
    <div className={styles.preview}>
      <h3 className={styles.title}>
        <button type="button" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
          {open ? <ChevronDown aria-hidden="true" /> : <ChevronRight aria-hidden="true" />}
          {showHidden(titleOf(preview))}
        </button>
        {preview.kind === 'limit' ? null : <span className={styles.from}>content from agents, shown as it is</span>}
      </h3>
      <div id={id} hidden={!open}>
        {open ? (
          <InView onSee={onSee}>
            <Body preview={preview} />
          </InView>
        ) : null}
      </div>
    </div>
  )
}

/** Says once when its content has come before the owner's eyes: unfolded below the edge of the screen is not looked at (U-52). */
function InView({ onSee, children }: { onSee: () => void; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  const latest = useRef(onSee)
  useEffect(() => {
    latest.current = onSee
  })
  useEffect(() => {
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return
      watch.disconnect()
      latest.current()
    })
    if (box.current) watch.observe(box.current)
    return () => watch.disconnect()
  }, [])
  return <div ref={box}>{children}</div>
}

function titleOf(preview: Preview): string {
  switch (preview.kind) {
    case 'command':
      return 'runs'
    case 'mail':
      return 'mail, as it arrives'
    case 'post':
      return `post on ${preview.account}`
    case 'money':
      return 'payment'
    default:
      return preview.title
  }
}

function Body({ preview }: { preview: Preview }) {
  switch (preview.kind) {
    case 'diff':
      return (
        <Suspense fallback={<Skeleton lines={6} label="Loading the difference" />}>
          <Diff text={preview.text} riskyFirst />
        </Suspense>
      )
    case 'command':
      return (
        <>
          <CodeBlock label="Command" text={preview.argv.map(quoted).join(' ')} />
          <Facts
            rows={[['in', preview.cwd], ['on', preview.host ?? 'this machine'], ...(preview.path === undefined ? [] : [['program', preview.path] as const])]}
          />
        </>
      )
    case 'mail':
      return (
        <div className={styles.letter}>
          <Facts
            rows={[
              ['From', preview.from],
              ['To', preview.to.join(', ')],
              ...(preview.cc.length > 0 ? ([['Copy to', preview.cc.join(', ')]] as const) : []),
              ['Subject', preview.subject],
            ]}
          />
          <CodeBlock label="Text of the mail" text={preview.text} />
        </div>
      )
    case 'money':
      return (
        <Facts
          rows={[
            ['Amount', `${preview.amount} per ${preview.per}`],
            ['To', preview.payee],
          ]}
        />
      )
    case 'rows':
      return <Rows preview={preview} />
    case 'post':
      return <CodeBlock label={`Text of the post on ${preview.account}`} text={preview.text} />
    case 'text':
    case 'limit':
      return <CodeBlock label={preview.title} text={preview.text} />
  }
}

function Facts({ rows }: { rows: ReadonlyArray<readonly [name: string, value: string]> }) {
  return (
    <dl className={styles.facts}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{showHidden(value)}</dd>
        </div>
      ))}
    </dl>
  )
}

function Rows({ preview: { title, columns, rows, total } }: { preview: Extract<Preview, { kind: 'rows' }> }) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard. */}
      <section className={styles.rows} tabIndex={0} aria-label={title}>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {showHidden(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows to look at have no identity and never move.
              <tr key={i}>
                {row.map((cell, j) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above.
                  <td key={j}>{showHidden(cell)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className={styles.total}>
        <strong>{total.toLocaleString('en-NZ')} rows in all</strong>
        {total > rows.length ? `, the first ${rows.length.toLocaleString('en-NZ')} are shown` : ''}
      </p>
    </>
  )
}

/** Words of a command that a shell would split or change are quoted, so that two arguments never look like one. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
