import { type ChangeEvent, useState } from 'react'
import type { InvoiceReport } from '../../../contract/ledger.ts'
import { formatMoney, type Nanodollars } from '../../../contract/money.ts'
import { useCommand, useReef } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Input, Select } from '../../parts/field.tsx'
import { formatExact, Money } from '../../parts/money.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { toShareText } from './corrections.select.ts'
import styles from './spend.module.css'

type Read = { readonly provider: string; readonly name: string; readonly csv: string }

/** Holds a provider's invoice against the ledger, day by day; nothing is booked until the owner says so (U-78). */
export function Invoice() {
  const providers = useReef((facts) => Object.values(facts.providers).flatMap(({ name, rehearsal }) => (rehearsal ? [] : [name])))
  const [provider, setProvider] = useState(providers[0] ?? '')
  const [file, setFile] = useState<Read>()
  const [report, setReport] = useState<InvoiceReport>()
  const reconcile = useCommand((client, { apply, csv, provider: of }: Pick<Read, 'csv' | 'provider'> & { apply: boolean }) =>
    client.spend.reconcile({ provider: of, csv, apply }),
  )
  const compare = async (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = event.target.files?.[0]
    if (!chosen) return
    setReport(undefined)
    const read = { provider, name: chosen.name, csv: await chosen.text() }
    setFile(read)
    setReport(await reconcile.run({ ...read, apply: false }))
  }
  const book = async () => {
    if (!file) return
    const booked = await reconcile.run({ ...file, apply: true })
    if (!booked) return
    setReport(booked)
    say(booked.adjustment ? `${formatMoney(booked.adjustment.amount)} booked for ${booked.provider}.` : 'Nothing differs, so nothing was booked.')
  }
  return (
    <Card title="Reconcile an invoice">
      <div className={styles.form}>
        <div className={styles.row}>
          <Select
            label="Provider"
            options={providers.length === 0 ? [['', 'none connected']] : providers.map((name) => [name, name] as const)}
            value={provider}
            onChange={(event) => {
              setProvider(event.target.value)
              setReport(undefined)
              setFile(undefined)
              reconcile.clear()
            }}
          />
          <Input
            key={provider}
            label="Invoice as CSV"
            hint="Compared on this machine. The file is not kept."
            type="file"
            accept=".csv,text/csv"
            disabled={provider === '' || reconcile.pending}
            error={reconcile.refusal?.field === 'csv' ? [reconcile.refusal.message, reconcile.refusal.remedy].filter(Boolean).join(' ') : undefined}
            onChange={(event) => void compare(event)}
          />
        </div>
        <p role="status" className={styles.muted}>
          {reconcile.pending ? 'Comparing…' : ''}
        </p>
        <RefusalNote refusal={reconcile.refusal?.field === 'csv' ? undefined : reconcile.refusal} />
        {report ? <Report report={report} pending={reconcile.pending} onBook={book} /> : null}
      </div>
    </Card>
  )
}

function Report({ report, pending, onBook }: { report: InvoiceReport; pending: boolean; onBook: () => void }) {
  const { invoiced, ledger, drift, driftShare, days, skipped, adjustment } = report
  const differing = days.filter((day) => day.invoiced !== day.ledger)
  return (
    <>
      <p>
        <strong>
          {drift === 0
            ? '✓ Invoice and ledger agree'
            : `▲ ${formatMoney(Math.abs(drift) as Nanodollars)} ${drift > 0 ? 'more invoiced than the ledger has' : 'less invoiced than the ledger has'}`}
        </strong>
        , {toShareText(driftShare)}: <Money amount={invoiced} /> invoiced, <Money amount={ledger} /> in the ledger.
      </p>
      {skipped.length === 0 ? null : (
        <details>
          <summary className={styles.high}>
            ▲ {skipped.length === 1 ? '1 row could not be read and is' : `${skipped.length} rows could not be read and are`} in no sum
          </summary>
          <ul>
            {skipped.map(({ line, message }) => (
              <li key={line}>
                line {line}: {message}
              </li>
            ))}
          </ul>
        </details>
      )}
      {differing.length === 0 ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
        <section className={styles.scroll} tabIndex={0} aria-label="Days that differ">
          <table className={styles.numbers}>
            <caption>
              {differing.length} of {days.length} days differ
            </caption>
            <thead>
              <tr>
                <th scope="col">day, UTC</th>
                <th scope="col">invoiced</th>
                <th scope="col">ledger</th>
                <th scope="col">difference</th>
              </tr>
            </thead>
            <tbody>
              {differing.map((day) => (
                <tr key={day.day}>
                  <th scope="row">{day.day}</th>
                  <td>{formatExact(day.invoiced)}</td>
                  <td>{formatExact(day.ledger)}</td>
                  <td>{formatExact((day.invoiced - day.ledger) as Nanodollars)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {adjustment ? (
        <p>✓ Booked as a correction of {formatExact(adjustment.amount)}.</p>
      ) : drift === 0 ? null : (
        <div className={styles.acts}>
          <Button pending={pending} onClick={onBook}>
            Book the difference of {formatExact(drift)}
          </Button>
          <span className={styles.muted}>The bills stay as they are; a correction of its own makes the ledger agree.</span>
        </div>
      )}
    </>
  )
}
