import type { AgentView, Instant } from '../../contract/index.ts'
import type { WriteDb } from '../store/index.ts'

type Pause = NonNullable<AgentView['paused']>

export function createPauseStore(db: WriteDb) {
  const all = db.prepare<[], Pause & { name: string }>('SELECT name, at, by, reason FROM agent_pause')
  const put = db.prepare<{ name: string; at: Instant; by: Pause['by']; reason: string }>(
    'INSERT INTO agent_pause (name, at, by, reason) VALUES (:name, :at, :by, :reason) ON CONFLICT (name) DO NOTHING',
  )
  const drop = db.prepare<{ name: string }>('DELETE FROM agent_pause WHERE name = :name')
  return {
    all: (): Map<string, Pause> => new Map(all.all().map(({ name, ...pause }) => [name, pause])),
    /** False when it was paused before. */
    put: (name: string, pause: Pause): boolean => put.run({ name, ...pause }).changes === 1,
    drop: (name: string): boolean => drop.run({ name }).changes === 1,
  }
}
