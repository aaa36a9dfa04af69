import { ChevronDown, ChevronRight } from 'lucide-react'
import { useId } from 'react'
import type { ApprovalView } from '../../../contract/index.ts'
import { StateMark } from '../../parts/state-mark.tsx'
import { At } from '../../parts/time.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import styles from './bundle-card.module.css'
import { CardBody } from './card-body.tsx'
import { Deadline } from './deadline.tsx'
import { Decision } from './decision.tsx'
import { ifNothingShort, isOpen } from './inbox.select.ts'
import type { Rules } from './on-card.ts'
import { useSight } from './seen.ts'

/** One request of several on a card: folded it says its tier and what silence means, unfolded it is a whole card (U-49). */
export function Member({
  n,
  approval,
  unfolded,
  active,
  rules,
  onToggle,
  onEnter,
  onSeen,
  onNext,
}: {
  n: number
  approval: ApprovalView
  unfolded: boolean
  active: boolean
  rules: Rules
  onToggle: () => void
  /** The focus came into it: from now on keys mean this one. */
  onEnter: () => void
  onSeen: () => void
  onNext: () => void
}) {
  const id = useId()
  const sight = useSight(approval, unfolded, onSeen)
  const seen = sight.now().previews
  return (
    <li className={styles.member} data-active={active} data-member={approval.id} onFocus={onEnter}>
      <h3>
        <button type="button" className={styles.title} aria-expanded={unfolded} aria-controls={id} onClick={onToggle}>
          {unfolded ? <ChevronDown aria-hidden="true" /> : <ChevronRight aria-hidden="true" />}
          <span className={styles.number}>{n}</span>
          <span className={styles.what}>
            {showHidden(approval.what)}
            <span className={styles.about}>
              {approval.tier} ·{' '}
              {isOpen(approval) ? (
                <>
                  {ifNothingShort(approval)} at <At at={approval.deadline} /> ·{' '}
                  {seen < approval.previews.length ? `${seen} of ${approval.previews.length} looked at` : 'looked at'}
                </>
              ) : (
                <StateMark machine="approval" state={approval.state} />
              )}
            </span>
          </span>
        </button>
      </h3>
      <div id={id} hidden={!unfolded} className={styles.whole}>
        {unfolded ? (
          <>
            <CardBody approval={approval} onSee={sight.see} />
            {isOpen(approval) ? <Deadline approval={approval} /> : null}
            <Decision approval={approval} sight={sight} active={active} rules={rules} onNext={onNext} />
          </>
        ) : null}
      </div>
    </li>
  )
}
