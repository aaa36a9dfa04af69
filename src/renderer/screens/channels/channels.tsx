import { useState } from 'react'
import type { ChannelName } from '../../../contract/channels.ts'
import { goTo } from '../../live/place.ts'
import { useAsk, useEvents, useLive } from '../../live/reef.ts'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { At } from '../../parts/time.tsx'
import { usePaced } from '../../parts/use-paced.ts'
import { ChannelCard } from './channel-card.tsx'
import styles from './channels.module.css'
import { inOrder } from './channels.select.ts'
import { Messages } from './messages.tsx'
import { PairDialog } from './pair-dialog.tsx'
import { SetupDialog } from './setup-dialog.tsx'

const REFRESH_MS = 500
const sections = [
  { id: 'health', label: 'Channels' },
  { id: 'messages', label: 'Messages' },
] as const
type Section = (typeof sections)[number]['id']

/** How words reach the owner and how his come back (U-60 to U-68): `#/channels` and `#/channels/messages/<message>`. */
export function ChannelsScreen({ params }: { params: readonly string[] }) {
  const [changes, setChanges] = useState(0)
  useEvents(({ type }) => {
    if (type.startsWith('message.') || type.startsWith('channel.')) setChanges((n) => n + 1)
  })
  const epoch = useLive((state) => state.epoch)
  const version = `${epoch}.${usePaced(changes, REFRESH_MS)}`
  const section: Section = sections.find(({ id }) => id === params[0])?.id ?? 'health'
  return (
    <div className={styles.screen} data-section={section}>
      <h1 className={styles.unseen}>Channels</h1>
      <Tabs label="Channels" tabs={sections} value={section} onChange={(next) => goTo('channels', next === 'health' ? undefined : next)}>
        {section === 'health' ? <Health version={version} /> : <Messages version={version} opened={params[1]} />}
      </Tabs>
    </div>
  )
}

type Asking = { readonly act: 'setup' | 'pair'; readonly name: ChannelName }

function Health({ version }: { version: string }) {
  const answer = useAsk((client) => client.channel.list(), [version])
  const [asking, setAsking] = useState<Asking>()
  const { data, refusal } = answer
  // Counts move with messages, which the feed's view of a channel does not: the list is read again at each.
  const channels = inOrder(data?.channels ?? [])
  const asked = channels.find(({ name }) => name === asking?.name)
  const done = () => {
    setAsking(undefined)
    answer.again()
  }
  return (
    <div className={styles.section}>
      <RefusalNote refusal={refusal} again={answer.again} />
      {data ? (
        <div className={styles.answer} data-stale={refusal !== undefined}>
          {refusal && answer.at ? (
            <p className={styles.muted}>
              as of <At at={answer.at} seconds />
            </p>
          ) : null}
          <p className={styles.muted}>A lost channel approves nothing and moves no deadline: what nobody answers ends as its card says.</p>
          {channels.length === 0 ? <Empty title="No channel is known.">Approvals are decided here.</Empty> : null}
          <div className={styles.cards}>
            {channels.map((channel) => (
              <ChannelCard
                key={channel.name}
                channel={channel}
                onSetUp={() => setAsking({ act: 'setup', name: channel.name })}
                onPair={() => setAsking({ act: 'pair', name: channel.name })}
                onChanged={answer.again}
              />
            ))}
          </div>
        </div>
      ) : answer.loading ? (
        <Card title="Channels">
          <Skeleton lines={8} label="Loading channels" />
        </Card>
      ) : null}
      {asking?.act === 'setup' && asked ? <SetupDialog channel={asked} onClose={() => setAsking(undefined)} onDone={done} /> : null}
      {asking?.act === 'pair' && asked ? <PairDialog channel={asked} onClose={done} /> : null}
    </div>
  )
}
