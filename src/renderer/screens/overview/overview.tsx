import { useReef } from '../../live/reef.ts'
import { Begin } from './begin.tsx'
import { Burn } from './burn.tsx'
import { LastChanges } from './last-changes.tsx'
import { NeedsYou } from './needs-you.tsx'
import styles from './overview.module.css'
import { isBeginning, isBlank } from './overview.select.ts'
import { Plans } from './plans.tsx'
import { Released } from './released.tsx'
import { Running } from './running.tsx'
import { SinceYouLeft } from './since-you-left.tsx'

/** The whole factory at a glance, in the order of the questions one has: what needs me, what runs, what it costs, what came of it (U-30). */
export function OverviewScreen() {
  const blank = useReef(isBlank)
  const beginning = useReef(isBeginning)
  return (
    <div className={styles.screen} data-blank={blank} data-beginning={beginning}>
      <h1 className={styles.unseen}>Overview</h1>
      {blank ? null : <SinceYouLeft />}
      {beginning ? <Begin /> : null}
      <NeedsYou />
      <Running />
      <Burn />
      {blank ? null : (
        <>
          <Plans />
          <Released />
          <LastChanges />
        </>
      )}
    </div>
  )
}
