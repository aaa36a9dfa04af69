import type { WriteDb } from '../store/index.ts'
import { createBudgetStore, type Envelope } from './budget.store.ts'
import type { Limit } from './budget.ts'
import { createRollup } from './rollup.ts'

/**
 * What is left under each limit, kept in memory between transactions because every call asks for it: there is one engine for a
 * data directory, and it is the only one that writes here. `flush` writes what changed, inside the transaction that changed it;
 * `forget` drops everything remembered, after one that was rolled back.
 */
export function createEnvelopes(db: WriteDb) {
  const store = createBudgetStore(db)
  const rollup = createRollup(store.addUp)
  const byPlace = new Map<string, Envelope>()
  const byId = new Map<number, Envelope>()
  const changed = new Map<number, Envelope>()

  function keep(envelope: Envelope): Envelope {
    byPlace.set(toKey(envelope), envelope)
    byId.set(envelope.id, envelope)
    return envelope
  }
  const find = (place: Place): Envelope | undefined => {
    const known = byPlace.get(toKey(place)) ?? store.find(place)
    return known && keep(known)
  }

  return {
    store,
    find,
    /** The envelope of a limit, opened when it was never used; inside a transaction. */
    of(limit: Limit): Envelope {
      const known = find(limit)
      if (known) return known
      // A new one begins with what was spent before: all of it has to be there.
      rollup.flush()
      return keep(store.open(limit))
    },
    /** Undefined for an id that there never was. */
    get(id: number): Envelope | undefined {
      const known = byId.get(id) ?? store.byId(id)
      return known && keep(known)
    },
    put(envelope: Envelope): void {
      keep(envelope)
      changed.set(envelope.id, envelope)
    },
    /** Adds a settled call to the sums that screens read, and new envelopes begin with. */
    addUp: rollup.add,
    flush(): void {
      rollup.flush()
      for (const envelope of changed.values()) store.save(envelope)
      changed.clear()
      if (byId.size > MOST_KEPT) drop()
    },
    forget: drop,
  }

  function drop(): void {
    byPlace.clear()
    byId.clear()
    changed.clear()
    rollup.forget()
  }
}
export type Envelopes = ReturnType<typeof createEnvelopes>

type Place = Pick<Envelope, 'scope' | 'subject' | 'period' | 'windowStart'>
/** Tasks and attempts come and go for months; the few that are in use are read again. */
const MOST_KEPT = 5000

export const toKey = ({ scope, subject, period, windowStart }: Place): string => `${scope}/${subject}/${period}/${windowStart}`
