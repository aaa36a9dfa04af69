import type { SubmitInput } from '../../contract/index.ts'

/** What stands in the form, as typed. `key` makes sending the same form twice one request. */
export type RequestDraft = {
  readonly text: string
  readonly project: string
  readonly budget: string
  readonly review: boolean
  readonly key: string
}

const KEY = 'reef-request-draft'
const blank = (): RequestDraft => ({ text: '', project: '', budget: '', review: false, key: crypto.randomUUID() })

export function readRequestDraft(): RequestDraft {
  try {
    return { ...blank(), ...(JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<RequestDraft>) }
  } catch {
    return blank()
  }
}

export function keepRequestDraft(draft: RequestDraft): void {
  sessionStorage.setItem(KEY, JSON.stringify(draft))
}

export function clearRequestDraft(): void {
  sessionStorage.removeItem(KEY)
}

/**
 * The form as the engine takes it. A budget that is no number is sent as NaN's JSON, null, so that the engine refuses the field by name
 * instead of the form guessing what was meant.
 */
export function toSubmitInput(draft: RequestDraft): SubmitInput {
  const budget = draft.budget.trim().replace(/^\$/, '').replace(',', '.')
  return {
    text: draft.text,
    review: draft.review,
    idempotencyKey: draft.key,
    ...(draft.project.trim() !== '' && { project: draft.project.trim() }),
    ...(budget !== '' && { budgetUsd: Number(budget) }),
  }
}
