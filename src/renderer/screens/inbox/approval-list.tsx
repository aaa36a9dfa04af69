import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import { RehearsalLabel } from '../../parts/rehearsal-label.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { Ago, At } from '../../parts/time.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import styles from './approval-list.module.css'
import { endedHow, type Item, ifNothingShort, isOpen } from './inbox.select.ts'

const ROW = 78

/** Cards, one under the other; only those in view are in the document, so that a thousand cost what ten do. */
export function ApprovalList({
  label,
  items,
  chosen,
  onChoose,
  selected,
  onSelect,
  onEnd,
}: {
  label: string
  items: readonly Item[]
  chosen: string | undefined
  /** `byKey`: it was opened from the keyboard, which wants to go on inside the card. */
  onChoose: (item: Item, byKey: boolean) => void
  selected?: ReadonlySet<string>
  onSelect?: (item: Item) => void
  onEnd?: () => void
}) {
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: items.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 8 })
  const at = items.findIndex((item) => item.key === chosen)
  const last = virtual.getVirtualItems().at(-1)?.index ?? -1
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at)
  }, [at, virtual])
  useEffect(() => {
    if (onEnd && items.length > 0 && last >= items.length - 1) onEnd()
  }, [last, items.length, onEnd])
  return (
    <div className={styles.box} ref={box}>
      <ul className={styles.list} aria-label={label} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((row) => {
          const item = items[row.index]
          if (!item) return null
          const current = item.key === chosen
          return (
            <li
              key={item.key}
              style={{ height: row.size, transform: `translateY(${row.start}px)` }}
              aria-setsize={items.length}
              aria-posinset={row.index + 1}
              data-current={current}
            >
              {onSelect ? (
                <input
                  type="checkbox"
                  tabIndex={-1}
                  aria-label={`Select: ${item.members[0].what}`}
                  checked={selected?.has(item.key) ?? false}
                  onChange={() => onSelect(item)}
                />
              ) : null}
              <button type="button" className={styles.row} aria-current={current ? 'true' : undefined} onClick={(event) => onChoose(item, event.detail === 0)}>
                <Words item={item} />
              </button>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

function Words({ item: { members, deadline } }: { item: Item }) {
  const [lead, ...rest] = members
  const open = members.filter(isOpen)
  const soonest = open.find((one) => one.deadline === deadline) ?? lead
  return (
    <>
      <span className={styles.what} data-open={open.length > 0}>
        {showHidden(lead.what)}
        {rest.length > 0 ? ` and ${rest.length} more` : ''}
      </span>
      <span className={styles.under}>
        {open.length > 0 ? (
          <>
            {lead.tier} · {lead.askedBy} · <Ago at={lead.requestedAt} /> · {ifNothingShort(soonest)} at <At at={deadline} />
          </>
        ) : (
          <>
            <StateMark machine="approval" state={lead.state} /> · {lead.decidedAt === null ? endedHow(lead) : <At at={lead.decidedAt} />}
            {lead.regrettedAt === null ? null : ' · regretted'}
          </>
        )}
        {lead.rehearsal ? <RehearsalLabel /> : null}
      </span>
    </>
  )
}
