import { type FormEvent, useState } from 'react'
import type { BudgetView } from '../../../contract/budgets.ts'
import { formatMoney } from '../../../contract/money.ts'
import { toBudgetName } from '../../../contract/words.ts'
import { useCommand } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { toStanding } from '../../parts/budget-words.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog, DialogActions } from '../../parts/dialog.tsx'
import { Input } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { type BudgetInput, ceilingOf, checkDraft, toDraft } from './budgets.select.ts'
import styles from './spend.module.css'

/** Changes one limit. Lowering it is one press; raising it asks for the new amount once more, typed (U-73). */
export function BudgetDialog({ budget, nameOfTask, onClose }: { budget: BudgetView; nameOfTask: (id: string) => string; onClose: () => void }) {
  const [draft, setDraft] = useState(() => toDraft(budget))
  const { scope, subject, period } = budget
  const set = useCommand((client, input: BudgetInput) => client.budget.set({ scope, subject, period, ...input }))
  const checked = checkDraft(draft, budget, budget.hard)
  const most = ceilingOf(budget)
  const name = toBudgetName(budget, nameOfTask)
  const { refusal } = set
  const refusedAt = (field: string) => (refusal?.field === field ? [refusal.message, refusal.remedy].filter(Boolean).join(' ') : undefined)
  const change = (part: Partial<typeof draft>) => {
    set.clear()
    setDraft({ ...draft, ...part })
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!checked.input) return
    const now = await set.run(checked.input)
    if (!now) return
    say(`${name}: ${formatMoney(budget.hard)} → ${formatMoney(now.hard)}.`)
    onClose()
  }
  return (
    <Dialog open onClose={onClose} title={`Budget of ${name}`} about={`Now: ${toStanding(budget).words}.`}>
      <form className={styles.form} onSubmit={submit}>
        <div className={styles.row}>
          <Input
            label="Stops at, US$"
            hint={most === null ? 'Calls that would pass it are refused.' : `Calls that would pass it are refused. At most $${most.toLocaleString('en-US')}.`}
            error={refusedAt('hardUsd') ?? checked.errors.hard}
            inputMode="decimal"
            autoComplete="off"
            autoFocus
            value={draft.hard}
            onChange={(event) => change({ hard: event.target.value })}
          />
          <Input
            label="Alerts at, US$"
            hint="You are told; nothing stops. Empty for never."
            error={refusedAt('softUsd') ?? checked.errors.soft}
            inputMode="decimal"
            autoComplete="off"
            value={draft.soft}
            onChange={(event) => change({ soft: event.target.value })}
          />
        </div>
        {checked.confirm === null ? null : (
          <Input
            label={`This raises it from ${formatMoney(budget.hard)}. Type ${checked.confirm} to say that you mean it`}
            error={checked.errors.typed}
            inputMode="decimal"
            autoComplete="off"
            value={draft.typed}
            onChange={(event) => change({ typed: event.target.value })}
            onPaste={(event) => event.preventDefault()}
          />
        )}
        <RefusalNote refusal={refusal?.field === 'hardUsd' || refusal?.field === 'softUsd' ? undefined : refusal} />
        <DialogActions>
          <Button large onClick={onClose}>
            Leave as it is
          </Button>
          <Button large kind="lead" type="submit" pending={set.pending} disabled={!checked.input}>
            {checked.confirm === null ? 'Set it' : 'Raise it'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
