import type { ApprovalView } from '../../../contract/index.ts'
import { RehearsalLabel } from '../../parts/rehearsal-label.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import { AlsoOn } from './also-on.tsx'
import styles from './approval-card.module.css'
import { CardBody } from './card-body.tsx'
import { Deadline } from './deadline.tsx'
import { Decision } from './decision.tsx'
import { isOpen } from './inbox.select.ts'
import type { Rules } from './on-card.ts'
import { useSight } from './seen.ts'

/** One request, in an order that never changes: what, how far it reaches, why, exactly what, who, until when, and only then the choice (U-40 to U-46). */
export function ApprovalCard({ approval, active, rules, onNext }: { approval: ApprovalView; active: boolean; rules: Rules; onNext: () => void }) {
  const sight = useSight(approval, true)
  return (
    <article className={styles.card} aria-label={approval.what} tabIndex={-1}>
      <div className={styles.read}>
        <header className={styles.head}>
          <h2 className={styles.what}>{showHidden(approval.what)}</h2>
          {approval.rehearsal ? <RehearsalLabel /> : null}
          <StateMark machine="approval" state={approval.state} />
        </header>
        {isOpen(approval) && rules.brake ? <BrakeNote /> : null}
        <CardBody approval={approval} onSee={sight.see} />
      </div>
      <footer className={styles.foot}>
        {isOpen(approval) ? <Deadline approval={approval} /> : null}
        <Decision approval={approval} sight={sight} active={active} rules={rules} onNext={onNext} />
        <AlsoOn bundleId={approval.bundleId} open={isOpen(approval)} />
      </footer>
    </article>
  )
}

/** Said gently, where it is felt (U-52). */
export function BrakeNote() {
  return <p className={styles.brake}>Your last decisions took less time than a card takes to read. Everything is unfolded here, and keys wait two seconds.</p>
}
