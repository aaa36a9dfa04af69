import type { Actor, ApprovalId, ApprovalView, FactoryStatus, PlanId, ReefEvent, RequestId, RequestView } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import type { Plans } from '../queue/index.ts'

export type RehearsalDeps = {
  readonly clock: Clock
  readonly plans: Pick<Plans, 'submit' | 'request' | 'get' | 'cancel' | 'failRequest'>
  readonly approvals: {
    readonly open: () => readonly ApprovalView[]
    readonly approve: (id: ApprovalId, payloadHash: string, by: { actor: Actor; channel: string; graceSeconds: number }) => unknown
  }
  /** The rehearsal that an earlier engine left, if there is one. */
  readonly last: RequestView | undefined
  readonly listen: (listener: (event: ReefEvent) => void) => () => void
  /** False when nobody can answer: no screen and no terminal. Then the rehearsal's own labelled owner does. */
  readonly attended: boolean
}

export const REHEARSAL_TEXT = 'Build me a price comparison API'
/** A project of its own each time: the script begins on empty ground. */
const toProject = (now: number): string =>
  `rehearsal-${new Date(now)
    .toISOString()
    .slice(0, 19)
    .replaceAll(/[^0-9]/g, '')}`
/** Long enough for a watcher to see the card. */
const GRANT_AFTER_MS = 1500

/** The specification's first scenario through the real engine, with a script for a model; labelled as such in every row it leaves. */
export function createRehearsal({ clock, plans, approvals, last, listen, attended }: RehearsalDeps) {
  let current: RequestId | undefined = last?.id
  const timers = new Set<NodeJS.Timeout>()
  /** Whether someone answers its approvals. */
  let answered = attended

  function grant(approval: ApprovalView): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      const still = approvals.open().find((open) => open.id === approval.id && open.state === 'requested')
      if (still) approvals.approve(still.id, still.payloadHash, { actor: 'rehearsal-owner', channel: 'rehearsal', graceSeconds: 0 })
    }, GRANT_AFTER_MS)
    timers.add(timer)
  }

  function answerItself(): void {
    answered = false
    for (const approval of approvals.open()) if (approval.rehearsal && approval.state === 'requested') grant(approval)
  }

  const unlisten = listen((event) => {
    if (answered) return
    if ((event.type === 'approval.requested' || event.type === 'approval.undone') && event.data.rehearsal) grant(event.data)
  })
  if (!attended) answerItself()

  const state = (): FactoryStatus['rehearsal'] => {
    if (!current) return 'none'
    const request = plans.request(current)
    if (request.state === 'planning') return 'running'
    if (request.state === 'failed' || !request.planId) return 'skipped'
    const plan = plans.get(request.planId)
    return plan.state === 'running' || plan.state === 'draft' ? 'running' : plan.state === 'cancelled' ? 'skipped' : 'done'
  }

  return {
    state,
    /** Of the latest one, once it is planned. */
    planId: (): PlanId | undefined => (current && plans.request(current).planId) ?? undefined,

    /** Starts it, or answers with the one that runs: there is one at a time. Unattended, its labelled owner answers its approvals. */
    start(actor: Actor, how: { readonly attended: boolean } = { attended }): RequestView {
      if (!how.attended) answerItself()
      if (current && state() === 'running') return plans.request(current)
      const { request } = plans.submit({ text: REHEARSAL_TEXT, project: toProject(clock.now()), review: false }, { actor, rehearsal: true })
      current = request.id
      return request
    },

    /** Throws rehearsal/not-running. */
    skip(actor: Actor): void {
      if (!current || state() !== 'running')
        throw new ReefError('rehearsal/not-running', 'No rehearsal is running.', { remedy: 'Start one with: reef rehearse' })
      const { planId } = plans.request(current)
      if (planId) plans.cancel(planId, actor)
      else plans.failRequest(current, 'The rehearsal was skipped.')
    },

    [Symbol.dispose](): void {
      unlisten()
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
export type Rehearsal = ReturnType<typeof createRehearsal>
