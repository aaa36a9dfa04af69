import type { ApprovalId, ApprovalView, Settings } from '../../contract/index.ts'
import { createExplain } from './explain.ts'
import { createOversight } from './oversight.ts'
import { createPlaybooks } from './playbooks.ts'
import { createPolicies, type PoliciesDeps } from './policies.ts'
import { createTemplates } from './templates.ts'
import { createTrust } from './trust.ts'

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
  return {
    templates,
    policies,
    playbooks,
    trust: createTrust({ reader, playbooks, tierOf, whatOf, tasksNeeded: () => settings().trustTasks }),
    oversight: createOversight({ reader, clock, settings, approval: (id: ApprovalId) => approval(id), tierOf, whatOf, covers: playbooks.covers }),
    explain: createExplain({ reader, approval, version, zone: () => settings().timeZone }),
  }
}
export type Rules = ReturnType<typeof createRules>
