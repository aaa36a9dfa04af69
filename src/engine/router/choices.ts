import {
  type AttemptId,
  type ModelAlias,
  ModelAlias as ModelAliasName,
  type ModelTier,
  type ModelView,
  type RouteChoiceId,
  type RouteChoiceView,
  type SessionId,
  type TaskId,
  type TaskKind,
} from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/id.ts'
import { type WriteDb, write } from '../store/index.ts'
import type { Breakers, Rest } from './breaker.ts'
import type { createChoiceReader, createChoiceStore } from './choice.store.ts'
import { NO_RECORD } from './expect.ts'
import type { Models } from './models.ts'
import { type Decision, pick, type Wish } from './pick.ts'
import type { ProviderRow } from './router.store.ts'

/** A question to the router: who asks, for what, and under which conditions. */
export type Ask = Omit<Wish, 'purpose' | 'asked'> & {
  readonly role: RouteChoiceView['role']
  /** Of the task; null for a plan. */
  readonly kind: TaskKind | null
  /** PROVIDER/MODEL, an alias, or null, which means `reef/auto`. */
  readonly asked: string | null
  readonly taskId: TaskId | null
  readonly attemptId: AttemptId | null
}

export type Chosen = {
  readonly kind: 'chosen'
  readonly choiceId: RouteChoiceId
  readonly ref: string
  readonly fallbacks: readonly string[]
  readonly reason: string
}
export type ChoiceAnswer = Chosen | { readonly kind: 'resting'; readonly rest: Rest } | { readonly kind: 'missing'; readonly message: string }

export type ChoicesDeps = {
  readonly db: WriteDb
  readonly store: ReturnType<typeof createChoiceStore>
  readonly reader: ReturnType<typeof createChoiceReader>
  readonly models: Models
  readonly breakers: Breakers
  readonly rehearsal: () => ProviderRow | undefined
  readonly clock: Clock
  readonly append: Append
}

/** Choices from the question to the row: which record, which rests and which rules count for it. */
export function createChoices({ db, store, reader, models, breakers, rehearsal, clock, append }: ChoicesDeps) {
  return { decide, record, toChoice }

  function decide(ask: Ask): { wish: Wish; decision: Decision } {
    const wish = toWish(ask)
    const history = reader.history(ask.role, ask.role === 'builder' ? ask.kind : null)
    const named = [...wish.named, ...[wish.asked, wish.fallback].filter((ref) => ref !== null)]
    const decision = pick(wish, {
      models: [...models.list(named), ...ofRehearsal(wish.asked)],
      recordOf: (ref) => history.get(ref) ?? NO_RECORD,
      restOf: ({ provider, ref }) => breakers.resting(provider, ref.slice(provider.length + 1), ask.attemptId ?? ''),
    })
    return { wish, decision }
  }

  /** The script is there for its own plans alone, which name it. */
  function ofRehearsal(ref: string | null): ModelView[] {
    const row = ref?.startsWith('rehearsal/') ? rehearsal() : undefined
    return row && ref ? [models.view(row, ref.slice('rehearsal/'.length))] : []
  }

  function toWish(ask: Ask): Wish {
    const alias = ModelAliasName.safeParse(ask.asked).data
    const tier = alias && alias !== 'reef/auto' ? tierOf[alias] : ask.tier
    const asked = alias ? null : ask.asked
    const exclude = ask.role === 'reviewer' && ask.taskId && ask.attemptId ? [...ask.exclude, ...reader.built(ask.taskId, ask.attemptId)] : ask.exclude
    // Start cheap, escalate on failure; what must stay at home stays there.
    const isRaised = ask.isLastResort && asked === null && ask.fallback === null
    return {
      ...ask,
      purpose: ask.role === 'reviewer' ? 'review' : ask.role === 'planner' ? 'plan' : (ask.kind ?? 'work'),
      tier: isRaised ? above[tier] : tier,
      asked,
      exclude,
    }
  }

  function record(ask: Ask, wish: Wish, decision: Extract<Decision, { kind: 'chosen' }>, sessionId: SessionId | null): RouteChoiceView {
    const choice = { ...toChoice(ask, wish, decision), chosen: decision.ref }
    write(db, () => {
      store.insert({ ...choice, sessionId })
      append({
        type: 'route.chosen',
        subject: choice.id,
        actor: 'engine',
        ...(ask.taskId && { correlationId: ask.taskId }),
        data: { ...choice, outcome: null },
      })
    })
    return { ...choice, outcome: null }
  }

  function toChoice(ask: Ask, wish: Wish, decision: Decision): Omit<RouteChoiceView, 'outcome'> {
    return {
      id: newId('rte', clock) as RouteChoiceId,
      at: clock.now(),
      attemptId: ask.attemptId,
      taskId: ask.taskId,
      agent: ask.agent,
      role: ask.role,
      kind: ask.role === 'builder' ? ask.kind : null,
      tier: wish.tier,
      asked: ask.asked ?? 'reef/auto',
      chosen: decision.kind === 'chosen' ? decision.ref : null,
      fallbacks: decision.kind === 'chosen' ? [...decision.fallbacks] : [],
      reason:
        decision.kind === 'chosen'
          ? decision.reason
          : decision.kind === 'resting'
            ? `It would wait: ${decision.rest.detail}.`
            : `It would wait: ${decision.message}.`,
      candidates: [...decision.candidates],
    }
  }
}

const tierOf: { readonly [A in Exclude<ModelAlias, 'reef/auto'>]: ModelTier } = {
  'reef/fast': 'fast',
  'reef/mid': 'mid',
  'reef/frontier': 'frontier',
  'reef/local': 'local',
}
const above: { readonly [T in ModelTier]: ModelTier } = { local: 'local', fast: 'mid', mid: 'frontier', frontier: 'frontier' }

/** Whether the pyramid decides: a model that the owner named is taken without asking who else there is. */
export function needsLists({ asked, fallback, exclude }: Ask): boolean {
  if (asked === null || ModelAliasName.safeParse(asked).success) return true
  return exclude.includes(asked) && (fallback === null || exclude.includes(fallback))
}
