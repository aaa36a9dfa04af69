import { X } from 'lucide-react'
import type { PlaybookView } from '../../../contract/playbooks.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { useNow } from '../../parts/now.ts'
import { StateMark } from '../../parts/state-mark.tsx'
import { Ago } from '../../parts/time.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import { useZone } from '../../parts/zone.ts'
import { originWords, toEffectText, toEndOf, toUseText } from './playbooks.select.ts'
import styles from './rules.module.css'

/** One playbook whole: its effect in a sentence, what it rests on, and how far it is used up. */
export function PlaybookDetail({ playbook, onClose }: { playbook: PlaybookView | undefined; onClose: () => void }) {
  const zone = useZone()
  const now = useNow(60_000)
  return (
    <Card
      title={playbook ? showHidden(playbook.name) : 'Playbook'}
      note={playbook ? <StateMark machine="playbook" state={playbook.state} /> : null}
      actions={<Button kind="quiet" aria-label="Close" icon={<X />} hint="Esc" onClick={onClose} />}
    >
      {playbook ? (
        <>
          <p className={styles.effect}>
            {playbook.endedAt === null ? '' : 'It is over: '}
            {showHidden(toEffectText(playbook, zone.full(toEndOf(playbook, now))))}
          </p>
          <dl className={styles.facts}>
            <dt>rests on</dt>
            <dd>
              {originWords[playbook.origin]}: {showHidden(playbook.because)}
            </dd>
            <dt>used</dt>
            <dd>{toUseText(playbook)}</dd>
            <Time name="last used" at={playbook.lastUsedAt} />
            <Time name="drafted" at={playbook.createdAt} />
            <Time name="activated" at={playbook.activatedAt} />
            <Time name="ended" at={playbook.endedAt} />
          </dl>
        </>
      ) : (
        <Empty title="There is no such playbook." />
      )}
    </Card>
  )
}

const Time = ({ name, at }: { name: string; at: number | null }) =>
  at === null ? null : (
    <>
      <dt>{name}</dt>
      <dd>
        <Ago at={at} />
      </dd>
    </>
  )
