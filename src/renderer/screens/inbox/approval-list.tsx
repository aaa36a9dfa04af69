import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { ApprovalView } from '../../../contract/index.ts'
import { RehearsalLabel } from '../../parts/rehearsal-label.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { Ago, At } from '../../parts/time.tsx'
import styles from './approval-list.module.css'
import { endedHow, ifNothing, isOpen } from './inbox.select.ts'

const ROW = 62

/** Requests, one under the other; only those in view are in the document, so that a thousand cost what ten do. */
export function ApprovalList({
  label,
  rows,
  chosen,
  onChoose,
}: {
  label: string
  rows: readonly ApprovalView[]
  chosen: string | undefined
  onChoose: (approval: ApprovalView) => void
}) {
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 8 })
  const at = rows.findIndex((row) => row.id === chosen)
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at)
  }, [at, virtual])
  return (
    <div className={styles.box} ref={box}>
      <ul className={styles.list} aria-label={label} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const approval = rows[item.index]
          if (!approval) return null
          return (
            <li
              key={approval.id}
              style={{ height: item.size, transform: `translateY(${item.start}px)` }}
              aria-setsize={rows.length}
              aria-posinset={item.index + 1}
            >
              <button type="button" className={styles.row} aria-current={approval.id === chosen ? 'true' : undefined} onClick={() => onChoose(approval)}>
                <span className={styles.what} data-open={isOpen(approval)}>
                  {approval.what}
                </span>
                <span className={styles.under}>
                  {isOpen(approval) ? (
                    <>
                      {approval.tier} · {approval.askedBy} · <Ago at={approval.requestedAt} /> · {ifNothing(approval)} at <At at={approval.deadline} />
                    </>
                  ) : (
                    <>
                      <StateMark machine="approval" state={approval.state} /> ·{' '}
                      {approval.decidedAt === null ? endedHow(approval) : <At at={approval.decidedAt} />}
                    </>
                  )}
                  {approval.rehearsal ? <RehearsalLabel /> : null}
                </span>
              </button>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
