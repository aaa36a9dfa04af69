import type { SessionState } from '../../contract/index.ts'

/** A session's life. `lost` is an end without an exit: the host or the machine went away under it. */
export const sessionMoves = {
  launching: ['running', 'ended', 'lost'],
  running: ['ended', 'lost'],
  ended: [],
  lost: [],
} as const satisfies Record<SessionState, readonly SessionState[]>

export const openStates = ['launching', 'running'] as const satisfies readonly SessionState[]
export const isOpen = (state: SessionState): boolean => state === 'launching' || state === 'running'
