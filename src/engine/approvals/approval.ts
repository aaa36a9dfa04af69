import { createHash } from 'node:crypto'
import type { ApprovalState, ApprovalView } from '../../contract/index.ts'

/** A request's whole life; `approved` may be undone within its grace time, which puts it back to `requested`. */
export const approvalMoves = {
  requested: ['approved', 'denied', 'expired', 'superseded', 'voided'],
  approved: ['executing', 'requested', 'drifted', 'superseded', 'voided'],
  executing: ['executed', 'failed', 'interrupted', 'drifted'],
  executed: [],
  failed: [],
  /** The engine died in the middle: nobody knows whether it happened, so it is never tried again by itself. */
  interrupted: [],
  denied: [],
  expired: [],
  superseded: [],
  voided: [],
  drifted: [],
} as const satisfies Record<ApprovalState, readonly ApprovalState[]>

export type NextApprovalState<S extends ApprovalState> = (typeof approvalMoves)[S][number]

/** What the owner reads on the card; everything but the payload itself. */
export type Card = Pick<ApprovalView, 'what' | 'blast' | 'reversible' | 'cost' | 'why' | 'evidence' | 'previews'> & {
  /** More than one way to say yes; left out for a plain one. */
  readonly options?: ApprovalView['options']
  readonly agentSays?: string | null
  /** Texts of the payload that may be changed before approving; each `field` is a key of the payload that holds a string. */
  readonly editable?: ApprovalView['editable']
  /** Whether the asker reads a question and asks anew; false where it is left out. */
  readonly answerable?: boolean
  /** T3: the name to type; the action's own where it is left out. */
  readonly confirm?: string
}

/** JSON with sorted keys: the same effect always hashes alike. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value && typeof value === 'object')
    return `{${Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
      .join(',')}}`
  return JSON.stringify(value) ?? 'null'
}

export const hashPayload = (payload: unknown): string => createHash('sha256').update(canonical(payload)).digest('hex')
