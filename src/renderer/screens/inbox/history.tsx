import { useCallback, useEffect, useRef, useState } from 'react'
import { type ApprovalState, type ApprovalView, approvalStates, approvalWords, type OversightHealth, type Tier, tiers } from '../../../contract/index.ts'
import { useClient, useEvents, useLive, useReef } from '../../live/reef.ts'
import { toRefusal } from '../../live/refusal.ts'
import { Button } from '../../parts/button.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Input, Select } from '../../parts/field.tsx'
import { useKeys } from '../../parts/keys.ts'
import { createPaging } from '../../parts/pages.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { usePaced } from '../../parts/use-paced.ts'
import { usePages } from '../../parts/use-pages.ts'
import { ApprovalList } from './approval-list.tsx'
import styles from './history.module.css'
import { isOpen, isTakingEffect, toHistory, toSingle } from './inbox.select.ts'

const LIMIT = 100
const TYPING_MS = 300
const paging = createPaging<ApprovalView, string>((row) => row.id)

type Filter = { readonly text: string; readonly action: string; readonly state: string; readonly tier: string }
const noFilter: Filter = { text: '', action: '', state: '', tier: '' }

/** Everything that was ever asked, found by its words, its action, how it ended or its tier. `onRows` hands up what is shown, for j and k. */
export function History({
  chosen,
  onChoose,
  onRows,
  searching,
  oversight,
}: {
  chosen: string | undefined
  onChoose: (key: string, byKey: boolean) => void
  onRows: (keys: readonly string[]) => void
  /** Grows each time the owner wants to type into the search. */
  searching: number
  oversight: OversightHealth | undefined
}) {
  const [typed, setTyped] = useState(noFilter)
  const [filter, setFilter] = useState(noFilter)
  useEffect(() => {
    const timer = setTimeout(() => setFilter(typed), TYPING_MS)
    return () => clearTimeout(timer)
  }, [typed])
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (searching > 0) field.current?.focus()
  }, [searching])
  useKeys({ '/': () => field.current?.focus() })
  const { rows, pages, filtered } = useRows(filter)
  const items = rows.map(toSingle)
  const keys = items.map((item) => item.key).join(' ')
  useEffect(() => onRows(keys === '' ? [] : keys.split(' ')), [onRows, keys])
  const set = (change: Partial<Filter>) => setTyped((before) => ({ ...before, ...change }))
  return (
    <>
      <search className={styles.filter}>
        <Input
          ref={field}
          label="Search"
          placeholder="words on the card"
          type="search"
          value={typed.text}
          onChange={(event) => set({ text: event.target.value })}
        />
        <Input label="Action" placeholder="deploy.local" spellCheck={false} value={typed.action} onChange={(event) => set({ action: event.target.value })} />
        <Select label="How it ended" options={stateChoices} value={typed.state} onChange={(event) => set({ state: event.target.value })} />
        <Select label="Tier" options={tierChoices} value={typed.tier} onChange={(event) => set({ tier: event.target.value })} />
      </search>
      <Regrets oversight={oversight} />
      <RefusalNote refusal={pages.problem === undefined ? undefined : toRefusal(pages.problem)} again={pages.again} />
      {pages.loading && rows.length === 0 ? <Skeleton lines={5} label="Loading what was decided" /> : null}
      {rows.length > 0 ? (
        <ApprovalList label="Decided" items={items} chosen={chosen} onChoose={(item, byKey) => onChoose(item.key, byKey)} onEnd={pages.more} />
      ) : null}
      {rows.length === 0 && !pages.loading && pages.problem === undefined ? (
        filtered ? (
          <Empty title="Nothing of this kind was asked." action={<Button onClick={() => setTyped(noFilter)}>Show everything</Button>} />
        ) : (
          <Empty title="Nothing has been decided yet.">What you approve and deny, and what came of it, stays here.</Empty>
        )
      ) : null}
    </>
  )
}

/** How often a yes was regretted (U-118). */
function Regrets({ oversight }: { oversight: OversightHealth | undefined }) {
  if (!oversight || oversight.regretRate === null) return null
  const { regretted, approved, regretRate } = oversight
  return (
    <p className={styles.note}>
      Regretted in 30 days: {regretted} of {approved} approved, {(regretRate * 100).toLocaleString('en-NZ', { maximumFractionDigits: 1 })} %
    </p>
  )
}

/** Pages of the engine; what the feed says of a row is newer. Before the first answer, what the feed knows. */
function useRows(filter: Filter) {
  const client = useClient()
  const epoch = useLive((state) => state.epoch)
  const approvals = useReef((facts) => facts.approvals)
  const [version, setVersion] = useState(0)
  useEvents((event) => {
    if (event.type.startsWith('approval.')) setVersion(event.seq)
  })
  const { text, action, state, tier } = filter
  const filtered = text.trim() !== '' || action.trim() !== '' || state !== '' || tier !== ''
  const read = useCallback(
    (after: ApprovalView | undefined) =>
      client.approval
        .list({
          limit: LIMIT,
          ...(after && { before: after.id }),
          ...(text.trim() !== '' && { text: text.trim() }),
          ...(action.trim() !== '' && { action: action.trim() }),
          ...(state !== '' && { state: state as ApprovalState }),
          ...(tier !== '' && { tier: tier as Tier }),
        })
        .then((answer) => answer.approvals),
    [client, text, action, state, tier],
  )
  const pages = usePages(paging, read, LIMIT, `${epoch}.${usePaced(version, 1000)}`)
  const answered = pages.rows.map((row) => approvals[row.id] ?? row).filter((row) => filtered || (!isOpen(row) && !isTakingEffect(row)))
  return { rows: answered.length === 0 && !filtered && (pages.loading || pages.problem !== undefined) ? toHistory(approvals) : answered, pages, filtered }
}

const stateChoices = [['', 'in any way'], ...approvalStates.map((state) => [state, approvalWords[state].word] as const)] as const
const tierChoices = [['', 'any'], ...tiers.map((tier) => [tier, tier] as const)] as const
