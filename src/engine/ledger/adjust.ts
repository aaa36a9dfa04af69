import type { Actor, AdjustmentId, AdjustmentView, CallId, Instant, InvoiceReport, Nanodollars } from '../../contract/index.ts'
import { formatMoney, toNanodollars } from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import { type ReadDb, type WriteDb, write } from '../store/index.ts'
import { createAdjustReader, createAdjustStore } from './adjust.store.ts'
import { readInvoice } from './invoice.ts'
import { createSpendReader } from './spend.store.ts'

export type AdjustDeps = {
  readonly db: WriteDb
  readonly reader: ReadDb
  readonly clock: Clock
  readonly append: Append
  /** A correction counts against the limits of the day and month that it corrects; called inside its transaction. */
  readonly noteAdjustment: (adjustment: { readonly chargedAt: Instant; readonly amount: Nanodollars }) => void
}
export type Correction = {
  readonly provider: string
  readonly amountUsd: number
  readonly chargedAt?: Instant | undefined
  readonly reason: string
  readonly callId?: CallId | undefined
}

const DAY = 86_400_000

/** Corrections of what was paid: rows beside the bills, which themselves never change. */
export function createAdjust({ db, reader: readDb, clock, append, noteAdjustment }: AdjustDeps) {
  const store = createAdjustStore(db)
  const reader = createAdjustReader(readDb)
  const spend = createSpendReader(readDb)

  return {
    /** Counts at `chargedAt`: the moment of the call when one is named, else now. Throws invoice/invalid and call/unknown. */
    adjust({ provider, amountUsd, chargedAt, reason, callId }: Correction, actor: Actor): AdjustmentView {
      const call = callId && store.call(callId)
      if (callId && !call) throw new ReefError('call/unknown', `There is no call ${callId}.`, { field: 'callId' })
      if (call && call.provider !== provider)
        throw new ReefError('invoice/invalid', `The call ${callId} was made to ${call.provider}, not to ${provider}.`, { field: 'provider' })
      return book({ provider, amount: toNanodollars(amountUsd), chargedAt: chargedAt ?? call?.at ?? clock.now(), reason, callId: callId ?? null }, actor)
    },

    /** Newest first. */
    list: ({ limit, before }: { limit: number; before?: string | undefined }): AdjustmentView[] => reader.list(limit, before),

    /**
     * Compares what a provider charged, day by day of UTC, with what the ledger has for the same days, corrections included; so a
     * file whose difference was booked has none the second time. Throws invoice/invalid.
     */
    reconcile({ provider, csv, apply }: { provider: string; csv: string; apply: boolean }, actor: Actor): InvoiceReport {
      const { days: invoice, skipped } = readInvoice(csv, clock.now())
      const since = invoice[0]?.at ?? 0
      const until = (invoice.at(-1)?.at ?? 0) + DAY
      const known = new Map(spend.days(provider, since, until).map(({ day, cost }) => [day, cost]))
      const charged = new Map(invoice.map(({ at, amount }) => [at, amount]))
      const days = [...new Set([...charged.keys(), ...known.keys()])]
        .sort((a, b) => a - b)
        .map((at) => ({ day: new Date(at).toISOString().slice(0, 10), invoiced: charged.get(at) ?? none, ledger: known.get(at) ?? none }))
      const invoiced = sum(days.map((day) => day.invoiced))
      const ledger = sum(days.map((day) => day.ledger))
      const drift = (invoiced - ledger) as Nanodollars
      const span = `${days[0]?.day ?? ''} to ${new Date(until - 1).toISOString().slice(0, 10)}`
      const reason = `Invoice of ${provider}, ${span}: ${formatMoney(invoiced)} charged, ${formatMoney(ledger)} in the ledger`
      return {
        provider,
        since: since as Instant,
        until: until as Instant,
        invoiced,
        ledger,
        drift,
        driftShare: invoiced === 0 ? null : drift / invoiced,
        days,
        skipped: [...skipped],
        adjustment: apply && drift !== 0 ? book({ provider, amount: drift, chargedAt: (until - 1) as Instant, reason, callId: null }, actor) : null,
      }
    },
  }

  function book(correction: Pick<AdjustmentView, 'provider' | 'amount' | 'chargedAt' | 'reason' | 'callId'>, actor: Actor): AdjustmentView {
    const at = clock.now()
    if (correction.amount === 0)
      throw new ReefError('invoice/invalid', 'A correction of nothing corrects nothing.', {
        field: 'amountUsd',
        remedy: 'Give the difference in dollars; less than zero for money that came back.',
      })
    if (correction.chargedAt > at)
      throw new ReefError('invoice/invalid', 'What is to come cannot be corrected.', { field: 'chargedAt', remedy: 'Give a moment that has passed.' })
    const adjustment: AdjustmentView = { ...correction, id: newId('adj', clock) as AdjustmentId, at, actor }
    write(db, () => {
      store.insert(adjustment)
      noteAdjustment(correction)
      append({ type: 'spend.adjusted', subject: adjustment.id, actor, data: adjustment })
    })
    return adjustment
  }
}
export type Adjust = ReturnType<typeof createAdjust>

const none = 0 as Nanodollars
const sum = (amounts: readonly number[]): Nanodollars => amounts.reduce((total, amount) => total + amount, 0) as Nanodollars
