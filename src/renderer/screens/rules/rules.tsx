import { useState } from 'react'
import { goTo } from '../../live/place.ts'
import { useEvents, useLive } from '../../live/reef.ts'
import { Tabs } from '../../parts/tabs.tsx'
import { usePaced } from '../../parts/use-paced.ts'
import { Oversight } from './oversight.tsx'
import { Playbooks } from './playbooks.tsx'
import { Policy } from './policy.tsx'
import styles from './rules.module.css'
import { Templates } from './templates.tsx'

const REFRESH_MS = 1000

const sections = [
  { id: 'policy', label: 'Policy' },
  { id: 'playbooks', label: 'Playbooks' },
  { id: 'templates', label: 'Templates' },
  { id: 'oversight', label: 'Oversight' },
] as const
type Section = (typeof sections)[number]['id']

/** What needs the owner's word, what does not, and how well that works: `#/rules/<section>`; `#/rules/playbooks/<id>` opens one playbook. */
export function RulesScreen({ params }: { params: readonly string[] }) {
  const [changes, setChanges] = useState({ policy: 0, playbook: 0, template: 0, approval: 0 })
  useEvents(({ type }) => {
    const noun = type.split('.')[0] as keyof typeof changes
    if (noun in changes) setChanges((before) => ({ ...before, [noun]: before[noun] + 1 }))
  })
  const epoch = useLive((state) => state.epoch)
  const paced = usePaced(changes, REFRESH_MS)
  const versionOf = (...nouns: readonly (keyof typeof changes)[]) => [epoch, ...nouns.map((noun) => paced[noun])].join('.')
  // A link from outside names the playbook alone.
  const isPlaybook = params[0]?.startsWith('pbk_') ?? false
  const section: Section = isPlaybook ? 'playbooks' : (sections.find(({ id }) => id === params[0])?.id ?? 'policy')
  return (
    <div className={styles.screen}>
      <h1 className={styles.unseen}>Rules</h1>
      <Tabs label="Rules" tabs={sections} value={section} onChange={(next) => goTo('rules', next)}>
        <div className={styles.section}>
          {section === 'policy' ? <Policy version={versionOf('policy')} opened={params[1]} /> : null}
          {section === 'playbooks' ? <Playbooks version={versionOf('playbook')} opened={isPlaybook ? params[0] : params[1]} /> : null}
          {section === 'templates' ? <Templates version={versionOf('template')} /> : null}
          {section === 'oversight' ? <Oversight version={versionOf('approval', 'playbook')} /> : null}
        </div>
      </Tabs>
    </div>
  )
}
