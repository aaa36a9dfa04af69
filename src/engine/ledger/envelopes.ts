import type { Nanodollars } from '../../contract/index.ts'
import type { WriteDb } from '../store/index.ts'
import { createBudgetStore, type Envelope } from './budget.store.ts'
import type { Limit } from './budget.ts'
import { createRollup } from './rollup.ts'

/** What an open call holds, and under which envelopes. */
export type Hold = { readonly envelopes: readonly number[]; readonly cash: number; readonly list: number }

/**
 * What is left under each limit, kept in memory between transactions because every call asks for it: there is one engine for a
 * data directory, and it is the only one that writes here. What is spent is written with the bill that spends it. What is held is
 * the sum over open calls, whose rows are on disk before they are made; it is only noted here, and made anew by `restore`.
 */
export function createEnvelopes(db: WriteDb) {
  const store = createBudgetStore(db)
  const rollup = createRollup(store.addUp)
  const byPlace = new Map<string, number>()
  const byId = new Map<number, Envelope>()
  const changed = new Set<number>()
  /** Written by somebody else's transaction, which may yet be rolled back: read again before they are used. */
  const stale = new Set<number>()

  function keep(envelope: Envelope): Envelope {
    if (!byId.has(envelope.id)) byPlace.set(toKey(envelope), envelope.id)
    byId.set(envelope.id, envelope)
    return envelope
  }

  function refresh(envelope: Envelope): Envelope {
    if (!stale.delete(envelope.id)) return envelope
    const row = store.byId(envelope.id)
    return row ? keep({ ...row, held: envelope.held }) : envelope
  }

  function find(place: Place): Envelope | undefined {
    const known = byId.get(byPlace.get(toKey(place)) ?? 0)
    if (known) return refresh(known)
    const row = store.find(place)
    return row && keep(row)
  }

  /** Undefined for an id that there never was. */
  function get(id: number): Envelope | undefined {
    const known = byId.get(id)
    if (known) return refresh(known)
    const row = store.byId(id)
    return row && keep(row)
  }

  /** Holds so much more. */
  function hold({ envelopes, ...amount }: Hold): void {
    for (const id of envelopes) {
      const envelope = get(id)
      if (envelope) keep({ ...envelope, held: (envelope.held + amount[envelope.measure]) as Nanodollars })
    }
  }

  return {
    store,
    find,
    get,
    hold,
    /** The envelope of a limit, opened when it was never used; inside a transaction. */
    of(limit: Limit): Envelope {
      const known = find(limit)
      if (known) return known
      // A new one begins with what was spent before: all of it has to be there.
      rollup.flush()
      return keep(store.open(limit))
    },
    /** Changes one; written by `flush`. */
    put(envelope: Envelope): void {
      keep(envelope)
      changed.add(envelope.id)
    },
    /** Writes one now, in a transaction that is not the ledger's own. */
    putAside(envelope: Envelope): void {
      store.save(envelope)
      if (byId.has(envelope.id)) stale.add(envelope.id)
    },
    /** Adds a settled call to the sums that screens read, and new envelopes begin with. */
    addUp: rollup.add,
    /** Writes what changed; at the end of the transaction that changed it, inside it. */
    flush(): void {
      rollup.flush()
      for (const id of changed) {
        const envelope = byId.get(id)
        if (envelope) store.save(envelope)
      }
      changed.clear()
      if (byId.size > MOST_KEPT) dropUnheld()
    },
    /** Begins again from what is on disk, after a start or a transaction that was rolled back, and from the calls that are open. */
    restore(open: Iterable<Hold>): void {
      byPlace.clear()
      byId.clear()
      changed.clear()
      stale.clear()
      rollup.forget()
      for (const envelope of store.holding()) keep({ ...envelope, held: 0 as Nanodollars })
      for (const one of open) hold(one)
    },
  }

  function dropUnheld(): void {
    for (const envelope of [...byId.values()])
      if (envelope.held === 0) {
        byPlace.delete(toKey(envelope))
        byId.delete(envelope.id)
      }
  }
}
export type Envelopes = ReturnType<typeof createEnvelopes>

type Place = Pick<Envelope, 'scope' | 'subject' | 'period' | 'windowStart'>
/** Tasks and attempts come and go for months; the few that are in use are read again. */
const MOST_KEPT = 5000

export const toKey = ({ scope, subject, period, windowStart }: Place): string => `${scope}/${subject}/${period}/${windowStart}`
