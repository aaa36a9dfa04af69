import { type ApprovalId, type ApprovalView, hours, type Settings } from '../../contract/index.ts'
import type { Logger } from '../kernel/logger.ts'
import { createExplain } from './explain.ts'
import { createOversight } from './oversight.ts'
import { createPlaybooks } from './playbooks.ts'
import { createPolicies, type PoliciesDeps } from './policies.ts'
import { createTemplates } from './templates.ts'
import { createTrust } from './trust.ts'

const PROPOSE_MS = hours(1)

export type RulesDeps = Omit<PoliciesDeps, 'templates'> & {
  readonly settings: () => Pick<Settings, 'maxOpenCards' | 'maxCardsPerHour' | 'timeZone' | 'trustTasks'>
  /** Throws approval/unknown. */
  readonly approval: (id: string) => ApprovalView
}

/** What decides before and after the owner does: his policy and words, what he allowed beforehand, what was earned, and how well all of that works. */
export function createRules({ settings, approval, ...deps }: RulesDeps) {
  const { db, reader, clock, append } = deps
  let policies: ReturnType<typeof createPolicies> | undefined
  const templates = createTemplates({ db, clock, append, userOf: (name) => policies?.userOf(name), changed: () => policies?.reload() })
  policies = createPolicies({ ...deps, templates })
  const { tierOf, whatOf, version } = policies
  const playbooks = createPlaybooks({ db, clock, append, tierOf })
  const trust = createTrust({ reader, playbooks, tierOf, whatOf, tasksNeeded: () => settings().trustTasks })
  return {
    templates,
    policies,
    playbooks,
    trust,
    oversight: createOversight({ reader, clock, settings, approval: (id: ApprovalId) => approval(id), tierOf, whatOf, covers: playbooks.covers }),
    explain: createExplain({ reader, approval, version, zone: () => settings().timeZone }),

    /** Takes up changed files, and proposes what agents have earned; answers how to stop. */
    watch(logger: Logger): () => void {
      const propose = () => {
        try {
          trust.propose()
        } catch (error) {
          logger.error({ err: error }, 'what agents have earned could not be proposed')
        }
      }
      propose()
      const unwatch = policies.watch()
      const timer = setInterval(propose, PROPOSE_MS)
      return () => {
        clearInterval(timer)
        unwatch()
      }
    },
  }
}
export type Rules = ReturnType<typeof createRules>
