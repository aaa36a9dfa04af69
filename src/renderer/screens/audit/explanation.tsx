import { X } from 'lucide-react'
import type { DecisionExplanation } from '../../../contract/approvals.ts'
import type { ApprovalId } from '../../../contract/ids.ts'
import { goTo, placeHref } from '../../live/place.ts'
import { useAsk } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { CodeBlock } from '../../parts/code-block.tsx'
import { useKeys } from '../../parts/keys.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { At } from '../../parts/time.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import { useZone } from '../../parts/zone.ts'
import styles from './audit.module.css'

/** How one decision came about: in sentences, with the policy as it was and every row that was written about it (U-35). */
export function Explanation({ id }: { id: ApprovalId }) {
  const { data, loading, refusal, again } = useAsk((client) => client.approval.explain({ id }), [id], { keep: false })
  const close = () => goTo('audit')
  useKeys({ escape: close })
  return (
    <Card
      className={styles.detail}
      title="This decision, explained"
      note={data ? <StateMark machine="approval" state={data.approval.state} /> : null}
      actions={<Button kind="quiet" aria-label="Close" icon={<X />} hint="Esc" onClick={close} />}
    >
      <RefusalNote refusal={refusal} again={again} />
      {data ? <Explained explanation={data} /> : loading ? <Skeleton lines={8} label="Reading what was written" /> : null}
    </Card>
  )
}

function Explained({ explanation: { approval, sentences, policy, events } }: { explanation: DecisionExplanation }) {
  const zone = useZone()
  return (
    <div className={styles.explained}>
      <p>
        <a href={placeHref('inbox', approval.id)}>{showHidden(approval.what)}</a>
      </p>
      <ul className={styles.sentences}>
        {sentences.map((sentence) => (
          <li key={sentence}>{showHidden(sentence)}</li>
        ))}
      </ul>
      <h3 className={styles.part}>Rows in the record</h3>
      <ul className={styles.chain}>
        {events.map(({ seq, at, type, actor, hash }) => (
          <li key={seq}>
            <a href={placeHref('audit', String(seq))}>{seq}</a>
            <span>
              {type} · {actor} · <At at={at} seconds />
            </span>
            <code title={hash}>{hash.slice(0, 8)}</code>
          </li>
        ))}
      </ul>
      {policy ? (
        <>
          <h3 className={styles.part}>
            Policy version {policy.version}, accepted {zone.full(policy.acceptedAt)}
          </h3>
          <CodeBlock text={policy.text} label="The policy as it was" />
        </>
      ) : (
        <p className={styles.muted}>It was asked before there were policy files.</p>
      )}
    </div>
  )
}
