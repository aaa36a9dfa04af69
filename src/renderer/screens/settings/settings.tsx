import type { ComponentType } from 'react'
import { goTo } from '../../live/place.ts'
import { Tabs } from '../../parts/tabs.tsx'
import { Factory } from './factory.tsx'
import { Health } from './health.tsx'
import { Keys } from './keys.tsx'
import { Limits } from './limits.tsx'
import { Models } from './models.tsx'
import { Programs } from './programs.tsx'
import { Projects } from './projects.tsx'
import styles from './settings.module.css'

const sections = {
  models: { label: 'Models', Section: Models },
  limits: { label: 'Limits and general', Section: Limits },
  projects: { label: 'Projects', Section: Projects },
  programs: { label: 'Programs', Section: Programs },
  health: { label: 'Health', Section: Health },
  data: { label: 'Data', Section: Factory },
  keys: { label: 'Keyboard and theme', Section: Keys },
} as const satisfies Record<string, { label: string; Section: ComponentType }>
type SectionId = keyof typeof sections
const ids = Object.keys(sections) as SectionId[]

/** Everything the owner can set (U-36), one section at a time: `#/settings/<section>`. */
export function SettingsScreen({ params }: { params: readonly string[] }) {
  const id = ids.find((known) => known === params[0]) ?? 'models'
  const { Section } = sections[id]
  return (
    <div className={styles.screen}>
      <h1 className={styles.unseen}>Settings</h1>
      <Tabs label="Settings" tabs={ids.map((one) => ({ id: one, label: sections[one].label }))} value={id} onChange={(next) => goTo('settings', next)}>
        <div className={styles.section}>
          <Section />
        </div>
      </Tabs>
    </div>
  )
}
