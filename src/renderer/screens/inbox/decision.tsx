import { At } from '../../parts/time.tsx'
import { Choice } from './choice.tsx'
import styles from './decision.module.css'
import { Grace } from './grace.tsx'
import { endedHow, isOpen, isTakingEffect } from './inbox.select.ts'
import { capital, type OnCard } from './on-card.ts'
import { Regret } from './regret.tsx'

/** The choice, the time to take it back, or how it ended. Neither answer is bigger, brighter or focused by default (U-52). */
export function Decision({ onNext, ...card }: OnCard & { onNext: () => void }) {
  const { approval } = card
  if (isOpen(approval)) return <Choice {...card} />
  if (approval.state === 'approved' && isTakingEffect(approval)) return <Grace approval={approval} active={card.active} onNext={onNext} />
  return (
    <div className={styles.choice}>
      <p className={styles.ended}>
        {approval.state === 'executing' ? 'It is taking effect now' : capital(endedHow(approval))}
        {approval.decidedAt === null ? null : (
          <>
            , <At at={approval.decidedAt} seconds />
          </>
        )}
        .
      </p>
      <Regret approval={approval} />
    </div>
  )
}
