import { useState } from 'react'
import { formatMoney } from '../../contract/index.ts'
import { useAsk, useCommand } from '../live/reef.ts'
import { Button } from '../parts/button.tsx'
import { Input, Select } from '../parts/field.tsx'
import { formatExact } from '../parts/money.tsx'
import { RefusalNote } from '../parts/refusal-note.tsx'
import { cheapest } from './connect.select.ts'
import styles from './connect-model.module.css'
import type { Connected } from './use-connect.ts'

/** One real call of a token or two through gateway and ledger, with the cheapest model until another is chosen; it says what it cost. */
export function LiveTest({ connected: { name, models } }: { connected: Connected }) {
  const known = useAsk((client) => client.model.list(), [])
  const [picked, setPicked] = useState<string>()
  const model = picked ?? cheapest(name, models, known.data?.models ?? []) ?? ''
  const test = useCommand((client, ref: string) => client.model.test({ ref }))
  const [told, setTold] = useState<Awaited<ReturnType<typeof test.run>>>()
  const run = async () => {
    setTold(undefined)
    setTold(await test.run(`${name}/${model.trim()}`))
  }
  return (
    <section className={styles.test} aria-label="Live test">
      <div className={styles.line}>
        {models.length === 0 ? (
          <Input label="Model to try" spellCheck={false} autoComplete="off" value={model} onChange={(event) => setPicked(event.target.value)} />
        ) : (
          <Select label="Model to try" options={models.map((one) => [one, one] as const)} value={model} onChange={(event) => setPicked(event.target.value)} />
        )}
        <Button pending={test.pending} disabled={model.trim() === ''} onClick={run}>
          {test.pending ? 'Trying…' : 'Try it'}
        </Button>
      </div>
      <p role="status" className={styles.told} data-ok={told?.ok}>
        {told ? (
          <>
            <span aria-hidden="true">{told.ok ? '✓' : '▲'}</span>{' '}
            {told.ok ? `${told.model} answered in ${told.latencyMs.toLocaleString('en-NZ')} ms. ` : `${told.model} did not answer: ${told.message}. `}
            {told.call === null
              ? 'Nothing was charged.'
              : told.call.cost === 0
                ? `It cost nothing${told.call.listCost > 0 ? `; at list price it would be ${formatMoney(told.call.listCost)}` : ''}.`
                : `It cost ${formatExact(told.call.cost)}.`}
          </>
        ) : (
          'A call of a token or two; it costs less than a cent, and you see what.'
        )}
      </p>
      <RefusalNote refusal={test.refusal} />
    </section>
  )
}
