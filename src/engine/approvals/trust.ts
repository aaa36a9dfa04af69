import { type Instant, isNeverAuthorised, type PlaybookView, type Tier, type TrustView } from '../../contract/index.ts'
import type { ReadDb } from '../store/index.ts'
import { createOversightReader, type ShownRow } from './oversight.store.ts'
import { RUN } from './playbook.ts'
import type { Playbooks } from './playbooks.ts'

export type TrustDeps = {
  readonly reader: ReadDb
  readonly playbooks: Pick<Playbooks, 'ofTrust' | 'propose'>
  readonly tierOf: (action: string) => Tier
  readonly whatOf: (action: string) => string
  /** The setting: how many tasks of a kind it takes. */
  readonly tasksNeeded: () => number
}

/** Of all decisions on what an agent asked for; one below that is not earned. */
export const SHARE_APPROVED = 0.95
/** What a proposal allows until the owner looks again. */
const proposed = { maxUses: 50, days: 30 }

/** Graduated autonomy: everyone is supervised until a hundred tasks of one kind were done without a regret, and then the owner is asked. */
export function createTrust({ reader, playbooks, tierOf, whatOf, tasksNeeded }: TrustDeps) {
  const store = createOversightReader(reader)

  const isEarned = (row: ShownRow): boolean =>
    row.tasks >= tasksNeeded() && row.regretted === 0 && row.approved > 0 && row.approved >= SHARE_APPROVED * (row.approved + row.denied)

  function toView(row: ShownRow, own: PlaybookView | undefined): TrustView {
    const never = isNeverAuthorised(tierOf(row.action))
    const level = never ? 'supervised' : own?.state === 'active' ? 'trusted' : isEarned(row) ? 'proven' : 'supervised'
    const { agent, action, tasks, approved, denied, regretted } = row
    return { agent, action, tasks, approved, denied, regretted, level, sentence: never ? 'T3 asks you every time.' : toSentence(row, level) }
  }

  function toSentence(row: ShownRow, level: TrustView['level']): string {
    if (level === 'trusted') return 'You let it go ahead: a playbook answers for you.'
    if (row.regretted > 0) return `You regretted ${row.regretted} of ${row.tasks}; it asks you every time.`
    if (row.tasks < tasksNeeded()) return `${row.tasks} of ${tasksNeeded()} tasks done; until then it asks you every time.`
    const decided = row.approved + row.denied
    if (level === 'supervised') return `You approved ${row.approved} of ${decided}; it asks you every time.`
    return `${row.tasks} tasks done, ${row.approved} of ${decided} approved, none regretted: a playbook is proposed.`
  }

  return {
    list(): TrustView[] {
      const own = playbooks.ofTrust()
      return store.shown().map((row) => toView(row, lastFor(own, row)))
    },

    /**
     * Drafts a playbook for whoever has earned one and has none that waits or holds. One that the owner revoked has to be earned again, from
     * then on. Answers what was drafted; cheap enough for every minute.
     */
    propose(): PlaybookView[] {
      const own = playbooks.ofTrust()
      return store.shown().flatMap((row) => {
        // What a playbook for commands may begin with is the owner's to say.
        if (row.action === RUN || !isEarned(row) || isNeverAuthorised(tierOf(row.action)) || tierOf(row.action) !== 'T2') return []
        const last = lastFor(own, row)
        if (last?.state === 'draft' || last?.state === 'active') return []
        if (last?.state === 'revoked') {
          const since = store.shownSince(row.action, row.agent, last.endedAt ?? (0 as Instant))
          if (!since || !isEarned(since)) return []
        }
        return [playbooks.propose(toDraft(row))]
      })
    },
  }

  function toDraft(row: ShownRow) {
    const projects = store.projects(row.action, row.agent)
    const named = projects.filter((project) => project !== null)
    const maxUsdEach = Math.min(row.mostUsd, 1000)
    return {
      name: `${row.agent}: ${whatOf(row.action)}`.slice(0, 80),
      scope: { actions: [row.action], agents: [row.agent], projects: named.length === projects.length && named.length <= 50 ? named : [] },
      maxUsdEach,
      maxUsdTotal: Math.min(maxUsdEach * proposed.maxUses, 10_000),
      ...proposed,
      because: toSentence(row, 'proven'),
    }
  }
}

const lastFor = (own: readonly PlaybookView[], { action, agent }: ShownRow): PlaybookView | undefined =>
  own.find(({ scope }) => scope.actions.includes(action) && scope.agents.includes(agent))
