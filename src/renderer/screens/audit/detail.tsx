import { X } from 'lucide-react'
import type { AuditRow } from '../../../contract/events.ts'
import { goTo, placeHref } from '../../live/place.ts'
import { useAsk } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { CodeBlock } from '../../parts/code-block.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Empty } from '../../parts/empty.tsx'
import { useKeys } from '../../parts/keys.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { Ago, At } from '../../parts/time.tsx'
import styles from './audit.module.css'
import { isDecision, toHref, toJson } from './audit.select.ts'

/** One row whole: who, what, when, its place in the chain and its data as they were written. */
export function Detail({ seq, known, onSubject }: { seq: number; known: AuditRow | undefined; onSubject: (subject: string) => void }) {
  const answer = useAsk(
    (client) =>
      known ? Promise.resolve(known) : client.audit.list({ limit: 1, before: String(seq + 1) }).then(({ rows }) => rows.find((row) => row.seq === seq) ?? null),
    [seq],
    { keep: false },
  )
  const close = () => goTo('audit')
  useKeys({ escape: close })
  const row = known ?? answer.data
  return (
    <Card className={styles.detail} title={`Event ${seq}`} actions={<Button kind="quiet" aria-label="Close" icon={<X />} hint="Esc" onClick={close} />}>
      <RefusalNote refusal={row ? undefined : answer.refusal} again={answer.again} />
      {row ? (
        <Whole row={row} onSubject={onSubject} />
      ) : answer.loading ? (
        <Skeleton lines={6} />
      ) : answer.refusal ? null : (
        <Empty title="There is no such row." />
      )}
    </Card>
  )
}

function Whole({ row, onSubject }: { row: AuditRow; onSubject: (subject: string) => void }) {
  const href = toHref(row)
  return (
    <>
      <dl className={styles.facts}>
        <dt>what</dt>
        <dd>{row.type}</dd>
        <dt>when</dt>
        <dd>
          <At at={row.at} seconds /> · <Ago at={row.at} />
        </dd>
        <dt>who</dt>
        <dd>{row.actor}</dd>
        <dt>to</dt>
        <dd>
          <code>{row.subject}</code>
          <span className={styles.links}>
            {href ? <a href={href}>Open it</a> : null}
            {isDecision(row.subject) ? <a href={placeHref('audit', 'explain', row.subject)}>Explain this decision</a> : null}
            <Button kind="quiet" onClick={() => onSubject(row.subject)}>
              All that happened to it
            </Button>
          </span>
        </dd>
        {row.correlationId ? (
          <>
            <dt>because of</dt>
            <dd>
              <code>{row.correlationId}</code>
            </dd>
          </>
        ) : null}
        <dt>hash</dt>
        <dd className={styles.hash}>
          <code>{row.hash}</code>
          <CopyButton text={row.hash} label="Copy" />
        </dd>
      </dl>
      <CodeBlock text={toJson(row)} label="The row as it was written" />
    </>
  )
}
