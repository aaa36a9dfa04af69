import { X } from 'lucide-react'
import type { CallFilter } from '../../../contract/ledger.ts'
import { type Query, usePlace } from '../../live/place.ts'
import { useAsk, useReef } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Select } from '../../parts/field.tsx'
import { useZone } from '../../parts/zone.ts'
import styles from './calls.module.css'
import { type FilterKey, toChips, without } from './calls.select.ts'
import { spans, spanWords, startOf } from './spend.select.ts'

/** Filters that are set stand as chips and go with a press; for the others there is a choice each. */
export function FilterBar({ filter, nameOfTask, onChange }: { filter: CallFilter; nameOfTask: (id: string) => string; onChange: (query: Query) => void }) {
  const { query } = usePlace()
  const zone = useZone()
  const agents = useReef((facts) => Object.keys(facts.agents).sort())
  const providers = useReef((facts) => Object.keys(facts.providers).sort())
  const projects = useAsk((client) => client.project.list(), [])
  const chips = toChips(filter, nameOfTask, zone.full)
  const set = new Set(chips.map(({ key }) => key))
  const choices: ReadonlyArray<{ readonly key: FilterKey; readonly words: string; readonly options: readonly string[] }> = [
    { key: 'agent', words: 'any agent', options: agents },
    { key: 'provider', words: 'any provider', options: providers },
    { key: 'project', words: 'any project', options: (projects.data?.projects ?? []).map(({ name }) => name) },
  ]
  return (
    <div className={styles.filters}>
      {chips.map(({ key, words }) => (
        <Button key={key} className={styles.chip} aria-label={`Take away the filter: ${words}`} icon={<X />} onClick={() => onChange(without(query, key))}>
          {words}
        </Button>
      ))}
      {choices.flatMap(({ key, words, options }) =>
        set.has(key)
          ? []
          : [
              <div key={key} className={styles.pick}>
                <Select
                  bare
                  label={`Calls of ${words}`}
                  value=""
                  options={[['', words], ...options.map((one) => [one, one] as const)]}
                  onChange={(event) => onChange({ ...query, [key]: event.target.value })}
                />
              </div>,
            ],
      )}
      {set.has('time') ? null : (
        <div className={styles.pick}>
          <Select
            bare
            label="Calls of any time"
            value=""
            options={[['', 'any time'], ...spans.map((span) => [span, `the last ${spanWords[span]}`] as const)]}
            onChange={(event) => {
              const span = spans.find((one) => one === event.target.value)
              if (span) onChange({ ...query, since: String(startOf(span, Date.now(), zone.zone)) })
            }}
          />
        </div>
      )}
      {chips.length > 1 ? (
        <Button kind="quiet" onClick={() => onChange({})}>
          Show all calls
        </Button>
      ) : null}
    </div>
  )
}
