import { monotonicFactory } from 'ulid'
import type { IdPrefix } from '../../contract/index.ts'
import type { Clock } from './clock.ts'

const next = monotonicFactory()

/** A new id such as `task_01J…`; ids made by one process sort by birth, also within a millisecond. */
export function newId<P extends IdPrefix>(prefix: P, clock: Clock): `${P}_${string}` {
  return `${prefix}_${next(clock.now())}`
}
