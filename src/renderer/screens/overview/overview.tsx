import { useReef } from '../../live/reef.ts'
import { Begin } from './begin.tsx'
import { Burn } from './burn.tsx'
import { LastChanges } from './last-changes.tsx'
import { NeedsYou } from './needs-you.tsx'
import styles from './overview.module.css'
import { isBlank } from './overview.select.ts'
import { Plans } from './plans.tsx'
import { Released } from './released.tsx'
import { Running } from './running.tsx'

/** The whole factory at a glance, in the order of the questions one has: what needs me, what runs, what it costs, what came of it (U-30). */
export function OverviewScreen() {
  const blank = useReef(isBlank)
  return (
    <div className={styles.screen} data-blank={blank}>
      <h1 className={styles.unseen}>Overview</h1>
      {blank ? <Begin /> : null}
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
