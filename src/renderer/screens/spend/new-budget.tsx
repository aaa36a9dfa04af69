import { type FormEvent, useState } from 'react'
import type { BudgetPeriod, BudgetView } from '../../../contract/budgets.ts'
import { toNanodollars, zeroDollars } from '../../../contract/money.ts'
import { useAsk, useReef } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog, DialogActions } from '../../parts/dialog.tsx'
import { Select } from '../../parts/field.tsx'
import { type Owned, ownedPeriods, teamsOf } from './budgets.select.ts'
import styles from './spend.module.css'

const scopes: ReadonlyArray<readonly [Owned, string]> = [
  ['agent', 'an agent'],
  ['team', 'a team'],
  ['project', 'a project'],
]
/** Where no default is known either: the dialog that follows then starts at this. */
const FIRST = toNanodollars(10)

/** Chooses what a budget is to be for; one that exists already is then changed instead of made anew. */
export function NewBudget({ budgets, onClose, onChosen }: { budgets: readonly BudgetView[]; onClose: () => void; onChosen: (budget: BudgetView) => void }) {
  const [scope, setScope] = useState<Owned>('agent')
  const [subject, setSubject] = useState('')
  const [period, setPeriod] = useState<BudgetPeriod>('day')
  const agents = useReef((facts) => Object.values(facts.agents))
  const projects = useAsk((client) => client.project.list(), [])
  const subjects =
    scope === 'agent' ? agents.map(({ name }) => name).sort() : scope === 'team' ? teamsOf(agents) : (projects.data?.projects ?? []).map(({ name }) => name)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const find = (wanted: string) => budgets.find((one) => one.scope === scope && one.subject === wanted && one.period === period)
    const standing = { spent: zeroDollars, held: zeroDollars, windowStart: null, resetsAt: null, mark: 0 }
    const fallback = { soft: null, hard: find('*')?.hard ?? FIRST, source: 'default' as const }
    onChosen(find(subject) ?? { scope, subject, period, ...fallback, ...standing })
  }
  return (
    <Dialog open onClose={onClose} title="Set a budget" about="For an agent, a team or a project. What has none of its own goes by the default.">
      <form className={styles.form} onSubmit={submit}>
        <div className={styles.row}>
          <Select
            label="For"
            options={scopes}
            value={scope}
            onChange={(event) => {
              setScope(scopes.find(([one]) => one === event.target.value)?.[0] ?? 'agent')
              setSubject('')
              setPeriod('day')
            }}
          />
          <Select
            label="Which"
            options={[['', subjects.length === 0 ? 'none there yet' : 'choose'], ...subjects.map((one) => [one, one] as const)]}
            value={subject}
            onChange={(event) => setSubject(event.target.value)}
          />
          <Select
            label="Counted"
            options={ownedPeriods(scope)}
            value={period}
            onChange={(event) => setPeriod(ownedPeriods(scope).find(([one]) => one === event.target.value)?.[0] ?? 'day')}
          />
        </div>
        <DialogActions>
          <Button large onClick={onClose}>
            Not now
          </Button>
          <Button large kind="lead" type="submit" disabled={subject === ''}>
            Choose the amount
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
