import { type CallId, type CallView, ModelAlias, type SessionId, seconds, type WireFormat } from '../contract/index.ts'
import type { Gateway } from './gateway/index.ts'
import type { Clock } from './kernel/clock.ts'
import { newId } from './kernel/id.ts'
import type { Ledger } from './ledger/index.ts'
import type { Router } from './router/index.ts'

type Deps = {
  readonly clock: Clock
  readonly router: Pick<Router, 'resolve'>
  readonly ledger: Pick<Ledger, 'get'>
  readonly gateway: () => Pick<Gateway, 'url' | 'issue' | 'revoke'>
}
export type ModelTest = { ok: boolean; message: string; model: string; latencyMs: number; call: CallView | null }

const TIMEOUT_MS = seconds(60)
/** The fewest that OpenAI Responses takes. */
const MOST_TOKENS = 16
const QUESTION = 'Answer with the word ok.'

/** The smallest question in the words of each wire, and where it is asked. */
const questions: Readonly<Record<Exclude<WireFormat, 'ollama'>, { path: string; toBody: (model: string) => object }>> = {
  anthropic: {
    path: '/v1/messages',
    toBody: (model) => ({ model, max_tokens: MOST_TOKENS, messages: [{ role: 'user', content: QUESTION }] }),
  },
  'openai-responses': { path: '/v1/responses', toBody: (model) => ({ model, max_output_tokens: MOST_TOKENS, input: QUESTION, store: false }) },
  'openai-chat': {
    path: '/v1/chat/completions',
    toBody: (model) => ({ model, max_tokens: MOST_TOKENS, messages: [{ role: 'user', content: QUESTION }] }),
  },
}

/** Calls a model once, for a word or two, through the gateway like everybody else: reserved, billed, and in the books as the owner's. */
export function createModelTest({ clock, router, ledger, gateway }: Deps) {
  const open = new Set<SessionId>()
  return {
    /** A test under way has a token of its own that belongs to no session. */
    isOpen: (id: SessionId): boolean => open.has(id),
    /** Of PROVIDER/MODEL or an alias. Throws what the router throws for a provider that is not there or has no key. */
    async test(ref: string): Promise<ModelTest> {
      const alias = ModelAlias.safeParse(ref).success
      const route = alias ? undefined : router.resolve(ref)
      const { path, toBody } = questions[route && route.wire !== 'ollama' ? route.wire : 'openai-chat']
      const sessionId = newId('ses', clock) as SessionId
      const { issue, revoke, url } = gateway()
      const token = issue({
        sessionId,
        attemptId: null,
        taskId: null,
        planId: null,
        project: null,
        agent: 'owner',
        team: 'factory',
        tier: 'fast',
        provider: route?.provider ?? 'reef',
      })
      const started = clock.now()
      open.add(sessionId)
      try {
        const answer = await fetch(url + path, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(toBody(route?.model ?? ref)),
          signal: AbortSignal.timeout(TIMEOUT_MS),
        })
        const text = await answer.text()
        const id = answer.headers.get('x-reef-call')
        const call = id ? (ledger.get(id as CallId) ?? null) : null
        const model = call ? `${call.provider}/${call.model}` : ref
        return { ok: answer.ok, message: answer.ok ? `${model} answers.` : toReason(text, answer.status), model, latencyMs: clock.now() - started, call }
      } catch (error) {
        return {
          ok: false,
          message: `No answer: ${error instanceof Error ? error.message : String(error)}`,
          model: ref,
          latencyMs: clock.now() - started,
          call: null,
        }
      } finally {
        open.delete(sessionId)
        revoke(sessionId)
      }
    },
  }
}

/** The sentence in a refusal of any wire. */
function toReason(text: string, status: number): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } | string }
    const message = typeof error === 'string' ? error : error?.message
    if (typeof message === 'string') return `${message} (${status})`
  } catch {
    // Not JSON: a proxy in between, or a page.
  }
  return `It answered ${status}: ${text.slice(0, 200)}`
}
