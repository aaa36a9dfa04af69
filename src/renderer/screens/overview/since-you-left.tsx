import { X } from 'lucide-react'
import { useStore } from 'zustand'
import { placeHref } from '../../live/place.ts'
import { absence, putAway } from '../../live/presence.ts'
import { useAsk, useReef } from '../../live/reef.ts'
import type { Facts } from '../../live/state.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { At } from '../../parts/time.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import styles from './overview.module.css'

/** What happened while nobody was here (U-30), until it is put away. Nothing after a short absence. */
export function SinceYouLeft() {
  const leftAt = useStore(absence, (state) => state.leftAt)
  return leftAt === undefined ? null : <Digest leftAt={leftAt} />
}

function Digest({ leftAt }: { leftAt: number }) {
  const brief = useAsk((client) => client.conversation.brief({ since: leftAt as never }), [leftAt])
  const tasks = useReef((facts) => facts.tasks)
  const { data } = brief
  // A quiet absence is no news: what was spent stands in its own place.
  if (data?.sections.every(({ title }) => title === 'Spend')) return null
  return (
    <Card
      className={styles.digest}
      title="Since you left"
      note={<At at={leftAt} />}
      actions={<Button kind="quiet" icon={<X />} aria-label="Put the digest away" onClick={putAway} />}
    >
      <RefusalNote refusal={brief.refusal} again={brief.again} />
      {brief.loading && !data ? <Skeleton lines={3} label="Loading what happened" /> : null}
      {data ? (
        <>
          <p className={styles.strong}>{showHidden(data.headline)}</p>
          <div className={styles.sections}>
            {data.sections.map(({ title, lines }) => (
              <section key={title}>
                <h3 className={styles.muted}>{title}</h3>
                <ul>
                  {lines.map(({ text, link }) => {
                    const href = toHref(link, tasks)
                    return <li key={text}>{href === undefined ? showHidden(text) : <a href={href}>{showHidden(text)}</a>}</li>
                  })}
                </ul>
              </section>
            ))}
          </div>
        </>
      ) : null}
    </Card>
  )
}

/** Where a thing is shown, from its id alone; nothing for what this page does not know. */
function toHref(id: string | null, tasks: Facts['tasks']): string | undefined {
  if (id === null) return undefined
  if (id.startsWith('apr_')) return placeHref('inbox', id)
  if (id.startsWith('plan_')) return placeHref('plans', id)
  const task = tasks[id]
  return task && placeHref('plans', task.planId, task.id)
}
