import {
  type Actor,
  type ApprovalId,
  type Instant,
  isNeverAuthorised,
  type PlaybookId,
  type PlaybookInput,
  type PlaybookOrigin,
  type PlaybookScope,
  type PlaybookState,
  type PlaybookView,
  type Tier,
  toNanodollars,
} from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import { transactionOf, type WriteDb, write } from '../store/index.ts'
import type { Match } from './classified.ts'
import { onlyOwner } from './only-owner.ts'
import { costOf, fits, type playbookMoves, RUN } from './playbook.ts'
import { createPlaybooksStore, type PlaybookRow, toAllowance, toPlaybook } from './playbooks.store.ts'

export type PlaybooksDeps = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly append: Append
  /** What a class needs by the policy in force. */
  readonly tierOf: (action: string) => Tier
}

type Draft = PlaybookInput & { readonly origin: PlaybookOrigin; readonly because: string }

const DAY = 86_400_000
/** What an incident's override may do at most: the owner has no time to think of caps then. */
const incidentCaps = { maxUses: 100, maxUsdEach: 20, maxUsdTotal: 100 }

/**
 * Pre-authorisations (R-186, R-196, C-22): scoped, capped, counted, ending by themselves. Nothing comes into force without the owner, and
 * nothing that is T3 or that text from outside led to is ever answered by one.
 */
export function createPlaybooks({ db, clock, append, tierOf }: PlaybooksDeps) {
  const store = createPlaybooksStore(db)

  const mustExist = (id: string): PlaybookRow => {
    const row = store.byId(id)
    if (!row) throw new ReefError('playbook/unknown', `There is no playbook ${id}.`, { field: 'id', remedy: 'List them with: reef playbook list' })
    return row
  }
  function tell(type: 'playbook.drafted' | 'playbook.activated' | 'playbook.used' | 'playbook.ended', row: PlaybookRow, actor: Actor): PlaybookView {
    const view = toPlaybook(row)
    append({ type, subject: row.id, actor, data: view })
    return view
  }
  function move<S extends PlaybookState>(row: PlaybookRow, from: S, to: (typeof playbookMoves)[S][number], change: Partial<PlaybookRow>): PlaybookRow {
    const moved = store.move({ ...row, ...change }, from, to)
    if (!moved) throw notDraft(mustExist(row.id))
    return moved
  }
  const end = (row: PlaybookRow, to: (typeof playbookMoves)['active'][number], actor: Actor): PlaybookView =>
    tell('playbook.ended', move(row, 'active', to, { ended_at: clock.now() }), actor)

  function insert(draft: Draft, actor: Actor): PlaybookRow {
    checkScope(draft.scope)
    if (draft.maxUsdEach > draft.maxUsdTotal)
      throw invalid('maxUsdEach', 'One action may cost more than all of them together.', 'Raise the total, or lower what one may cost.')
    const row: PlaybookRow = {
      id: newId('pbk', clock) as PlaybookId,
      name: draft.name,
      state: 'draft',
      origin: draft.origin,
      because: draft.because,
      scope: JSON.stringify(draft.scope),
      max_uses: draft.maxUses,
      max_each: toNanodollars(draft.maxUsdEach),
      max_total: toNanodollars(draft.maxUsdTotal),
      life_ms: Math.round(draft.days * DAY),
      uses: 0,
      used: toNanodollars(0),
      created_at: clock.now(),
      created_by: actor,
      activated_at: null,
      expires_at: null,
      ended_at: null,
      last_used_at: null,
    }
    store.insert(row)
    return row
  }

  function checkScope({ actions, commands = [] }: PlaybookScope): void {
    const never = actions.find((action) => isNeverAuthorised(tierOf(action)))
    if (never !== undefined) throw invalid('scope.actions', `${never} is T3, and T3 is never pre-authorised.`, 'Leave it out.')
    if (actions.includes(RUN) && commands.length === 0)
      throw invalid('scope.commands', `${RUN} says nothing of what would be run.`, 'Say how the command has to begin, e.g. "git push origin", or leave it out.')
  }

  function activate(row: PlaybookRow, actor: Actor): PlaybookView {
    // The policy may have become stricter since it was drafted.
    checkScope(JSON.parse(row.scope))
    const now = clock.now()
    return tell('playbook.activated', move(row, 'draft', 'active', { activated_at: now, expires_at: (now + row.life_ms) as Instant }), actor)
  }

  /** "Always" on a card: the card must be one that a playbook could have answered. */
  function cardOf(id: ApprovalId): string {
    const card = store.card(id)
    if (!card) throw new ReefError('approval/unknown', `There is no approval ${id}.`, { field: 'fromApproval', remedy: 'List them with: reef approval list' })
    const why = card.tainted_by !== null ? `text from outside led to it (${card.tainted_by})` : card.rehearsal === 1 ? 'it belongs to a rehearsal' : undefined
    const never = card.tier === 'T3' ? 'it is T3' : why
    if (never) throw invalid('fromApproval', `That card cannot become a rule: ${never}.`, 'Write a playbook without it.')
    return card.what
  }

  return {
    /** Newest first. */
    list: (): PlaybookView[] => store.all().map(toPlaybook),
    /** Proposals that were earned, newest first, whatever became of them. */
    ofTrust: (): PlaybookView[] => store.ofTrust().map(toPlaybook),

    /** Answers nothing until it is put into force. Throws playbook/invalid. */
    draft({ fromApproval, ...input }: PlaybookInput & { fromApproval?: ApprovalId | undefined }, actor: Actor): PlaybookView {
      return write(db, () => {
        const what = fromApproval === undefined ? undefined : cardOf(fromApproval)
        const origin =
          what === undefined
            ? ({ origin: 'owner', because: 'written by the owner' } as const)
            : ({ origin: 'always', because: `"always" on: ${what}` } as const)
        return tell('playbook.drafted', insert({ ...input, ...origin }, actor), actor)
      })
    },
    /** A draft that an agent has earned; the owner decides. */
    propose: (draft: Omit<Draft, 'origin'>): PlaybookView =>
      write(db, () => tell('playbook.drafted', insert({ ...draft, origin: 'trust' }, 'engine'), 'engine')),

    /** From here on it answers for the owner, for as many days as it says. Throws playbook/not-draft. */
    activate(id: string, actor: Actor): PlaybookView {
      onlyOwner(actor, 'puts a playbook into force')
      return write(db, () => {
        const row = mustExist(id)
        if (row.state !== 'draft') throw notDraft(row)
        return activate(row, actor)
      })
    },
    /** At once, and for good. What has ended already stays as it ended. */
    revoke(id: string, actor: Actor): PlaybookView {
      return write(db, () => {
        const row = mustExist(id)
        if (row.state === 'active') return end(row, 'revoked', actor)
        if (row.state === 'draft') return tell('playbook.ended', move(row, 'draft', 'revoked', { ended_at: clock.now() }), actor)
        return toPlaybook(row)
      })
    },
    /** answers some classes for as long as an incident lasts, within fixed caps. In force at once. */
    override({ incident, actions, hours }: { incident: string; actions: string[]; hours: number }, actor: Actor): PlaybookView {
      onlyOwner(actor, 'declares an incident')
      return write(db, () => {
        const scope = { actions, agents: [], projects: [] }
        const draft = { name: `Incident: ${incident}`.slice(0, 80), scope, ...incidentCaps, days: hours / 24, origin: 'incident', because: incident } as const
        return activate(insert(draft, actor), actor)
      })
    },
    /** Whether an incident is declared and not over. */
    inIncident: (): boolean => store.inForce(clock.now()).some((row) => row.origin === 'incident'),
    /** Whether one that waits for the owner, or answers for him, names this class for this agent. */
    covers: (action: string, agent: string): boolean =>
      store.all().some((row) => {
        const { actions, agents }: PlaybookScope = JSON.parse(row.scope)
        return (row.state === 'draft' || row.state === 'active') && actions.includes(action) && (agents.length === 0 || agents.includes(agent))
      }),

    /** The one in force that answers this; the first to end, where there are several. */
    match: ((facts, tier) => {
      const now = clock.now()
      const row = tier === 'T2' ? store.inForce(now).find((one) => fits(toAllowance(one), facts, tier, now)) : undefined
      const cost = costOf(facts)
      if (!row || cost === undefined || row.expires_at === null) return undefined
      return {
        id: row.id,
        name: row.name,
        expiresAt: row.expires_at,
        take(): void {
          if (!transactionOf(db)) throw new Error('a playbook was used outside of the transaction of the grant')
          const used = store.use(row.id, cost, clock.now())
          if (!used) throw new Error(`playbook ${row.id} has no room left for what it was found for`)
          tell('playbook.used', used, 'playbook')
          if (used.uses >= used.max_uses || (used.max_total > 0 && used.used >= used.max_total)) end(used, 'used_up', 'engine')
        },
      }
    }) satisfies Match,

    /** Ends what has run out of time. What it could answer ended with its last millisecond; this says so. */
    expire(): PlaybookView[] {
      if (store.overdue(clock.now()).length === 0) return []
      return write(db, () => store.overdue(clock.now()).map((row) => end(row, 'expired', 'engine')))
    },
  }
}
export type Playbooks = ReturnType<typeof createPlaybooks>

const invalid = (field: string, message: string, remedy: string): ReefError => new ReefError('playbook/invalid', message, { field, remedy })
const notDraft = (row: PlaybookRow): ReefError =>
  new ReefError('playbook/not-draft', `It is ${row.state.replace('_', ' ')} already.`, { field: 'id', remedy: 'Draft another one: reef playbook draft' })
