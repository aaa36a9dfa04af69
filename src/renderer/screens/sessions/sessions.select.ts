import type { SessionState, SessionView } from '../../../contract/index.ts'
import type { Facts } from '../../live/state.ts'

const open: readonly SessionState[] = ['launching', 'running']
export const isOpen = (session: Pick<SessionView, 'state'>): boolean => open.includes(session.state)

/** Running ones first, oldest on top so that nothing jumps when one starts; then what ended, newest first. */
export function orderSessions(sessions: readonly SessionView[]): SessionView[] {
  const rank = (session: SessionView) => (isOpen(session) ? 0 : 1)
  return [...sessions].sort((a, b) => rank(a) - rank(b) || (isOpen(a) ? compare(a.id, b.id) : compare(b.id, a.id)))
}
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Which sessions the grid shows: those that were chosen, else the first that run, else the last that ran. */
export function toGrid(ordered: readonly SessionView[], chosen: readonly string[], most = 4): SessionView[] {
  const picked = chosen.flatMap((id) => ordered.find((session) => session.id === id) ?? [])
  if (picked.length > 0) return picked.slice(0, most)
  const running = ordered.filter((session) => isOpen(session) && session.role !== 'product')
  const shown = running.length > 0 ? running : ordered.filter(isOpen)
  return (shown.length > 0 ? shown : ordered).slice(0, shown.length > 0 ? most : 1)
}

export const selectSessions = ({ sessions }: Facts): SessionView[] => Object.values(sessions)

export const roleWords: Record<SessionView['role'], string> = {
  builder: 'builds',
  reviewer: 'reviews',
  planner: 'plans',
  product: 'product',
  gate: 'gate',
}

/** How a session ended, in words; null while it runs. */
export function toEnd(session: SessionView): string | null {
  if (isOpen(session)) return null
  const code = session.exitCode === null || session.outcome?.includes('exit') ? null : `exit ${session.exitCode}`
  return [session.outcome, code].filter(Boolean).join(' · ') || 'ended'
}
