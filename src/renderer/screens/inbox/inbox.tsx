import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ApprovalView, OversightHealth } from '../../../contract/index.ts'
import { replacePlace } from '../../live/place.ts'
import { useAsk, useReef } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Empty } from '../../parts/empty.tsx'
import { useNow } from '../../parts/now.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { usePaced } from '../../parts/use-paced.ts'
import { ApprovalCard } from './approval-card.tsx'
import { ApprovalList } from './approval-list.tsx'
import { BundleCard } from './bundle-card.tsx'
import { Explain } from './explain.tsx'
import { History } from './history.tsx'
import styles from './inbox.module.css'
import { countOpen, holdOrder, type Item, isOpen, isPresent, isSnoozed, neighbour, toMatters, toSingle } from './inbox.select.ts'
import { InboxKeys } from './inbox-keys.tsx'
import { ManyBar } from './many-bar.tsx'
import { useOversight, useRules } from './use-rules.ts'

type Side = 'open' | 'snoozed' | 'history'
const ANNOUNCE_MS = 5000

/** Everything that needs a decision of the owner, and nothing else (U-40 to U-56). `#/inbox/<approval or bundle>` opens its card. */
export function InboxScreen({ params }: { params: readonly string[] }) {
  const wanted = params[0]
  const { matters, approvals } = useMatters()
  const now = useNow(15_000)
  const isThis = (item: Item) => item.members.some((one) => one.id === wanted || one.bundleId === wanted)
  const known = wanted === undefined ? undefined : (matters.find((item) => item.key === wanted) ?? matters.find(isThis))
  const [side, setSide] = useState<Side>(() => (!known || isPresent(known) ? (known && isSnoozed(known, now) ? 'snoozed' : 'open') : 'history'))
  const waiting = useMemo(() => matters.filter((item) => isPresent(item) && !isSnoozed(item, now)), [matters, now])
  const snoozed = useMemo(() => matters.filter((item) => isPresent(item) && isSnoozed(item, now)), [matters, now])
  const { shown, fresh, show } = useHeld(waiting, known)
  const items = side === 'open' ? shown : side === 'snoozed' ? snoozed : []
  const [past, setPast] = useState<readonly string[]>([])
  const keys = side === 'history' ? past : items.map((item) => item.key)
  // A link, or the history, may name a request that is older than what the feed carries.
  const stranger = known ? undefined : wanted
  const asked = useAsk(async (client) => (stranger ? await client.approval.get({ id: stranger as ApprovalView['id'] }) : undefined), [stranger])
  const foreign = stranger && asked.data?.id === stranger ? toSingle(asked.data) : undefined
  const single = approvals[wanted ?? (side === 'history' ? (past[0] ?? '') : '')]
  // What was just decided stays in front of the owner until he moves on: nothing slides under his finger (U-19).
  const chosen = (side === 'history' && single ? toSingle(single) : known) ?? foreign ?? (wanted ? undefined : items[0])
  const first = wanted ? undefined : (chosen?.key ?? (side === 'history' ? past[0] : undefined))
  useEffect(() => {
    if (first) replacePlace('inbox', first)
  }, [first])

  const oversight = useOversight()
  const rules = useRules(oversight?.brake ?? false)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [explained, setExplained] = useState(false)
  const [searching, setSearching] = useState(0)
  const [member, setMember] = useState<string>()
  const screen = useRef<HTMLDivElement>(null)
  const focusCard = useFocusOnCard(screen, chosen?.key)
  const go = (key: string | undefined) => (key === undefined ? undefined : replacePlace('inbox', key))
  const move = (step: 1 | -1) => {
    const next = neighbour(keys, chosen?.key, step)
    focusCard(next !== chosen?.key)
    go(next)
    return next
  }
  const select = (key: string | undefined) =>
    key === undefined ? undefined : setSelected((before) => (before.has(key) ? new Set([...before].filter((one) => one !== key)) : new Set([...before, key])))
  const turn = (to: Side) => {
    setSide(to)
    setSelected(new Set())
    replacePlace('inbox')
  }
  const choose = (key: string, byKey: boolean) => {
    focusCard(byKey)
    go(key)
  }
  const picked = items.filter((item) => selected.has(item.key)).flatMap((item) => item.members.filter(isOpen))
  const subject = chosen && (chosen.members.find((one) => one.id === member) ?? chosen.members[0])
  const announced = usePaced(announcement(countOpen(waiting), fresh), ANNOUNCE_MS)
  const active = picked.length === 0
  return (
    <div className={styles.screen} ref={screen}>
      <InboxKeys
        onMove={move}
        onExtend={(step) => {
          if (chosen && !selected.has(chosen.key)) select(chosen.key)
          const next = move(step)
          if (next !== undefined && !selected.has(next)) select(next)
        }}
        onSelect={() => (side === 'history' ? undefined : select(chosen?.key))}
        onOpen={() => focusCard(true)}
        onBack={() => (selected.size > 0 ? setSelected(new Set()) : screen.current?.querySelector<HTMLElement>('button[aria-current=true]')?.focus())}
        onExplain={() => setExplained(!explained)}
        onSearch={() => {
          if (side !== 'history') turn('history')
          setSearching((n) => n + 1)
        }}
        {...(fresh > 0 && side === 'open' && { onFresh: show })}
      />
      <Banner oversight={oversight} />
      <div className={styles.columns} data-explained={explained && subject !== undefined}>
        <section className={styles.side} aria-label="Requests">
          <h1 className={styles.unseen}>Inbox</h1>
          <p className={styles.unseen} role="status">
            {announced}
          </p>
          <Tabs
            label="Which requests"
            value={side}
            onChange={turn}
            tabs={[
              { id: 'open', label: 'Waiting on you', count: countOpen(waiting) },
              { id: 'snoozed', label: 'Snoozed', count: countOpen(snoozed) },
              { id: 'history', label: 'Decided' },
            ]}
          />
          {side === 'open' && fresh > 0 ? (
            <p>
              <Button hint="n" onClick={show}>
                {fresh.toLocaleString('en-NZ')} new
              </Button>
            </p>
          ) : null}
          {picked.length > 0 ? <ManyBar approvals={picked} rules={rules} active onDone={() => setSelected(new Set())} /> : null}
          {side === 'history' ? (
            <History chosen={chosen?.key} onChoose={choose} onRows={setPast} searching={searching} oversight={oversight} />
          ) : items.length > 0 ? (
            <ApprovalList
              label={side === 'open' ? 'Waiting on you' : 'Snoozed'}
              items={items}
              chosen={chosen?.key}
              onChoose={(item, byKey) => choose(item.key, byKey)}
              selected={selected}
              onSelect={(item) => select(item.key)}
            />
          ) : side === 'open' ? (
            <Empty title="Nothing waits on you.">Before REEF deploys, pays, writes to anybody or deletes, it asks here. You are told on every screen.</Empty>
          ) : (
            <Empty title="Nothing is snoozed.">s puts a card off; it comes back by itself, and its deadline stays.</Empty>
          )}
        </section>
        {!chosen ? (
          <div className={styles.none}>
            {stranger && asked.loading ? <Skeleton lines={6} label="Loading the request" /> : null}
            <RefusalNote refusal={stranger ? asked.refusal : undefined} again={asked.again} />
          </div>
        ) : chosen.members.length > 1 ? (
          <BundleCard key={chosen.key} item={chosen} wanted={wanted} active={active} rules={rules} onCurrent={setMember} onNext={() => move(1)} />
        ) : (
          <ApprovalCard key={chosen.key} approval={chosen.members[0]} active={active} rules={rules} onNext={() => move(1)} />
        )}
        {explained && subject ? <Explain id={subject.id} onClose={() => setExplained(false)} /> : null}
      </div>
    </div>
  )
}

function useMatters() {
  const approvals = useReef((facts) => facts.approvals)
  return { approvals, matters: useMemo(() => toMatters(approvals), [approvals]) }
}

/** The list as it stood, until the owner asks for what is new (U-19). */
function useHeld(waiting: readonly Item[], chosen: Item | undefined) {
  const present = waiting.map((item) => item.key)
  const [held, setHeld] = useState<readonly string[]>(present)
  const { keys, fresh } = holdOrder(held, present, chosen?.key)
  const isSame = keys.length === held.length && keys.every((key, i) => key === held[i])
  useEffect(() => {
    if (!isSame) setHeld(keys)
  })
  const byKey = new Map(waiting.map((item) => [item.key, item]))
  const shown = keys.flatMap((key) => byKey.get(key) ?? (key === chosen?.key ? [chosen] : []))
  const show = () => setHeld(chosen && !byKey.has(chosen.key) ? [chosen.key, ...present] : present)
  return { shown, fresh, show }
}

/** Takes the focus to the card that comes next, when the owner goes there by key: a reader hears it, and Tab goes on inside it. */
function useFocusOnCard(screen: RefObject<HTMLDivElement | null>, key: string | undefined) {
  const wanted = useRef(false)
  const focus = useCallback(() => screen.current?.querySelector<HTMLElement>('article')?.focus({ preventScroll: true }), [screen])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another card is what it waits for.
  useEffect(() => {
    if (wanted.current) focus()
    wanted.current = false
  }, [key, focus])
  return useCallback(
    (byKey: boolean) => {
      wanted.current = byKey
      if (byKey) focus()
    },
    [focus],
  )
}

const announcement = (waiting: number, fresh: number): string =>
  [waiting === 0 ? 'Nothing waits on you.' : waiting === 1 ? '1 waits on you.' : `${waiting} wait on you.`, fresh > 0 ? `${fresh} new, press n to see.` : '']
    .filter(Boolean)
    .join(' ')

/** Too many cards: who asks most gets no new work that would ask (U-53). */
function Banner({ oversight }: { oversight: OversightHealth | undefined }) {
  if (!oversight?.shedding) return null
  const { agent, because } = oversight.shedding
  return (
    <p className={styles.banner} role="status">
      <span aria-hidden="true">▲</span> Too much is asked of you: {because}. {agent} gets no new work that would ask until there are fewer.
    </p>
  )
}
