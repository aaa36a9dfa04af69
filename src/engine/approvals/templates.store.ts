import type { Instant, TemplateView } from '../../contract/index.ts'
import type { WriteDb } from '../store/index.ts'

type TemplateRow = { name: string; text: string; changed_at: Instant }

export function createTemplatesStore(db: WriteDb) {
  const all = db.prepare<[], TemplateRow>('SELECT name, text, changed_at FROM template ORDER BY name')
  const put = db.prepare<TemplateRow>(
    'INSERT INTO template (name, text, changed_at) VALUES (:name, :text, :changed_at) ON CONFLICT (name) DO UPDATE SET text = :text, changed_at = :changed_at',
  )
  const seed = db.prepare<TemplateRow>(
    'INSERT OR IGNORE INTO template (name, text, changed_at) SELECT :name, :text, :changed_at WHERE NOT EXISTS (SELECT 1 FROM policy_version)',
  )
  const remove = db.prepare<{ name: string }>('DELETE FROM template WHERE name = :name')
  return {
    all: (): TemplateView[] => all.all().map((row) => ({ name: row.name, text: row.text, changedAt: row.changed_at })),
    put: ({ name, text, changedAt }: TemplateView): void => void put.run({ name, text, changed_at: changedAt }),
    /** Only while no policy was ever in force. */
    seed: ({ name, text, changedAt }: TemplateView): void => void seed.run({ name, text, changed_at: changedAt }),
    remove: (name: string): boolean => remove.run({ name }).changes === 1,
  }
}
