import { type FormEvent, useState } from 'react'
import { formatMoney } from '../../../contract/money.ts'
import type { Instant } from '../../../contract/time.ts'
import { useCommand, useReef } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { startOfDay, toDay } from '../../parts/days.ts'
import { Dialog, DialogActions } from '../../parts/dialog.tsx'
import { Input, Select } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { toSignedUsd } from './corrections.select.ts'
import styles from './spend.module.css'

const NOON = 12 * 3_600_000

/** Books one correction. It changes no bill and cannot be taken back; the opposite amount sets it right. */
export function CorrectionDialog({ onClose }: { onClose: () => void }) {
  const zone = useReef((facts) => facts.status.timeZone)
  const providers = useReef((facts) => Object.keys(facts.providers).sort())
  const [provider, setProvider] = useState(providers[0] ?? '')
  const [amount, setAmount] = useState('')
  const [day, setDay] = useState(() => toDay(Date.now(), zone))
  const [reason, setReason] = useState('')
  const book = useCommand((client, amountUsd: number) =>
    client.spend.adjust({ provider, amountUsd, reason: reason.trim(), ...(day !== toDay(Date.now(), zone) && { chargedAt: toInstant(day, zone) }) }),
  )
  const amountUsd = toSignedUsd(amount)
  const error = amount.trim() === '' || amountUsd !== undefined ? undefined : 'An amount in US dollars, e.g. 0.14 or -5.'
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (amountUsd === undefined) return
    const made = await book.run(amountUsd)
    if (!made) return
    say(`${formatMoney(made.amount)} booked for ${made.provider}.`)
    onClose()
  }
  const refusedAt = (field: string) => (book.refusal?.field === field ? book.refusal.message : undefined)
  return (
    <Dialog open onClose={onClose} title="Book a correction" about="More was charged than the ledger has: a plain amount. A credit: an amount with a minus.">
      <form className={styles.form} onSubmit={submit}>
        <div className={styles.row}>
          <Select
            label="Provider"
            error={refusedAt('provider')}
            options={providers.length === 0 ? [['', 'none connected']] : providers.map((name) => [name, name] as const)}
            value={provider}
            onChange={(event) => setProvider(event.target.value)}
          />
          <Input
            label="Amount, US$"
            error={error ?? refusedAt('amountUsd')}
            inputMode="decimal"
            autoComplete="off"
            value={amount}
            onChange={(event) => setAmount(event.target.value)}
          />
          <Input
            label="Counts in the day"
            type="date"
            error={refusedAt('chargedAt')}
            max={toDay(Date.now(), zone)}
            value={day}
            onChange={(event) => setDay(event.target.value)}
          />
        </div>
        <Input label="Why" error={refusedAt('reason')} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
        <RefusalNote refusal={book.refusal?.field === undefined ? book.refusal : undefined} />
        <DialogActions>
          <Button large onClick={onClose}>
            Not now
          </Button>
          <Button
            large
            kind="lead"
            type="submit"
            pending={book.pending}
            disabled={amountUsd === undefined || provider === '' || reason.trim() === '' || day === ''}
          >
            Book it
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

/** Noon of the day: it counts in that day whatever the clock did in its night. */
const toInstant = (day: string, zone: string): Instant => (startOfDay(Date.parse(`${day}T12:00:00Z`), zone) + NOON) as Instant
