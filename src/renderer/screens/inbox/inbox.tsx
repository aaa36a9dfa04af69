import { useEffect, useMemo, useState } from 'react'
import type { ApprovalView } from '../../../contract/index.ts'
import { replacePlace } from '../../live/place.ts'
import { useAsk, useReef } from '../../live/reef.ts'
import { Empty } from '../../parts/empty.tsx'
import { useKeys } from '../../parts/keys.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { ApprovalCard } from './approval-card.tsx'
import { ApprovalList } from './approval-list.tsx'
import styles from './inbox.module.css'
import { isOpen, mergeHistory, neighbour, selectHistory, selectQueue } from './inbox.select.ts'

type Side = 'open' | 'history'

/** Everything that needs a decision of the owner, and nothing else (U-40 to U-53). */
export function InboxScreen({ params }: { params: readonly string[] }) {
  const queue = useReef(selectQueue)
  const decided = useReef(selectHistory)
  const wanted = params[0]
  const known = useReef((facts) => (wanted ? facts.approvals[wanted] : undefined))
  const [side, setSide] = useState<Side>(() => (known && !isOpen(known) ? 'history' : 'open'))
  const older = useAsk(async (client) => (side === 'history' ? (await client.approval.list({ limit: 500 })).approvals : []), [side])
  const history = useMemo(() => mergeHistory(decided, older.data ?? []), [decided, older.data])
  const rows = side === 'open' ? queue : history
  const isForeign = wanted !== undefined && !known && !rows.some((row) => row.id === wanted)
  // A link may name a request that is older than what the feed carries.
  const asked = useAsk(async (client) => (isForeign ? await client.approval.get({ id: wanted as ApprovalView['id'] }) : undefined), [isForeign, wanted])
  // What was just decided stays in front of the owner until he moves on: nothing slides under his finger (U-19).
  const chosen = known ?? rows.find((row) => row.id === wanted) ?? (wanted ? (isForeign ? asked.data : undefined) : rows[0])
  const first = wanted ? undefined : chosen?.id
  useEffect(() => {
    if (first) replacePlace('inbox', first)
  }, [first])
  const move = (step: 1 | -1) => {
    const next = neighbour(rows, chosen?.id, step)
    if (next) replacePlace('inbox', next.id)
  }
  useKeys({ j: () => move(1), k: () => move(-1), ']': () => move(1), '[': () => move(-1) })
  const open = queue.filter(isOpen).length
  const choose = (approval: ApprovalView) => replacePlace('inbox', approval.id)
  const turn = (to: Side) => {
    setSide(to)
    replacePlace('inbox')
  }
  return (
    <div className={styles.screen}>
      <section className={styles.side} aria-label="Requests">
        <h1 className={styles.unseen}>Inbox</h1>
        <Tabs
          label="Which requests"
          value={side}
          onChange={turn}
          tabs={[
            { id: 'open', label: 'Waiting on you', count: open },
            { id: 'history', label: 'Decided' },
          ]}
        />
        {side === 'history' ? <RefusalNote refusal={older.refusal} again={older.again} /> : null}
        {side === 'history' && older.loading && history.length === 0 ? <Skeleton lines={5} label="Loading what was decided" /> : null}
        {rows.length > 0 ? <ApprovalList label={side === 'open' ? 'Waiting on you' : 'Decided'} rows={rows} chosen={chosen?.id} onChoose={choose} /> : null}
        {rows.length === 0 && side === 'open' ? (
          <Empty title="Nothing waits on you.">Before REEF deploys anything, it asks here. You are told on every screen.</Empty>
        ) : null}
        {rows.length === 0 && side === 'history' && !older.loading ? <Empty title="Nothing has been decided yet." /> : null}
      </section>
      {chosen ? (
        <ApprovalCard key={chosen.id} approval={chosen} onNext={() => move(1)} />
      ) : (
        <div className={styles.none}>
          <RefusalNote refusal={wanted ? asked.refusal : undefined} again={asked.again} />
        </div>
      )}
    </div>
  )
}
