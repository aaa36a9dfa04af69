import { X } from 'lucide-react'
import { placeHref } from '../../live/place.ts'
import { useAsk, useReef } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { CodeBlock } from '../../parts/code-block.tsx'
import { useKeys } from '../../parts/keys.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { At, formatSpan } from '../../parts/time.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import styles from './explain.module.css'

/** Why this was asked, by which policy, who decided it where, and every event about it (U-35, U-17 w). */
export function Explain({ id, onClose }: { id: string; onClose: () => void }) {
  const state = useReef((facts) => facts.approvals[id]?.state)
  const answer = useAsk((client) => client.approval.explain({ id: id as `apr_${string}` }), [id, state], { keep: false })
  useKeys({ escape: onClose })
  const { data } = answer
  return (
    <Card className={styles.panel} title="Explain" actions={<Button kind="quiet" aria-label="Close" icon={<X />} hint="Esc" onClick={onClose} />}>
      <RefusalNote refusal={answer.refusal} again={answer.again} />
      {answer.loading && !data ? <Skeleton lines={6} label="Loading the explanation" /> : null}
      {data ? (
        <>
          <ul className={styles.sentences}>
            {data.sentences.map((sentence) => (
              <li key={sentence}>{showHidden(sentence)}</li>
            ))}
          </ul>
          {data.approval.seenMs === null ? null : (
            <p className={styles.muted}>
              On the card for {formatSpan(data.approval.seenMs)}, {data.approval.previewsSeen ?? 0} of {data.approval.previews.length} previews looked at.
            </p>
          )}
          {data.policy ? (
            <details>
              <summary>
                Policy version {data.policy.version}, in force since <At at={data.policy.acceptedAt} />
              </summary>
              <CodeBlock label={`Policy version ${data.policy.version}`} text={data.policy.text} />
            </details>
          ) : null}
          <h3>What was written down</h3>
          <ol className={styles.events}>
            {data.events.map((event) => (
              <li key={event.seq}>
                <a href={placeHref('audit', String(event.seq))}>{event.type}</a>
                <span className={styles.muted}>
                  {event.actor} · <At at={event.at} seconds /> · <code title={event.hash}>{event.hash.slice(0, 8)}</code>
                </span>
              </li>
            ))}
          </ol>
        </>
      ) : null}
    </Card>
  )
}
