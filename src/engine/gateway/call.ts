import { type CallId, toNanodollars } from '../../contract/index.ts'
import type { CallFailure, CallOrigin, CallSize, CallTarget, Ledger, MeteredUsage } from '../ledger/index.ts'
import type { Reading } from './usage/fold.ts'

/** The part of the ledger that the gateway uses. */
export type Books = Pick<Ledger, 'reserve' | 'transfer' | 'settle' | 'settleCut' | 'fail'>

/** What a reservation was made for, and what came of it. */
export type Reserved = {
  readonly id: CallId
  readonly origin: CallOrigin
  readonly size: CallSize
  /** Hears what the provider counted. */
  readonly learn: (usage: MeteredUsage) => void
}

export type OpenCall = {
  readonly id: CallId
  /** Nothing is owed: the provider never took it, or answered with an error. */
  fail(status: number): Promise<void>
  /** The provider took nothing, and the next one is asked. */
  passOn(status: number, next: CallTarget): Promise<OpenCall>
  /** The answer has ended, well or not; `status` is what the caller saw. */
  settle(reading: Reading, status: number, how: { hidden: boolean }): Promise<void>
  sawAnswer(requestId: string | null): void
  sawFirstByte(): void
}

/** A call in the books, reserved already. Its end may show itself in several ways: the books keep the first. */
export function openCall(books: Books, { id, ...reserved }: Reserved, now: () => number): OpenCall {
  const started = now()
  let requestId: string | null = null
  let ttftMs: number | null = null
  const latency = () => Math.max(0, Math.round(now() - started))
  const toFailure = (status: number): CallFailure => ({ status, latencyMs: latency(), requestId })
  return {
    id,
    sawAnswer: (given) => {
      requestId = given
    },
    sawFirstByte: () => {
      ttftMs ??= latency()
    },
    async fail(status) {
      await books.fail(id, toFailure(status))
    },
    async passOn(status, next) {
      const again = await books.transfer(id, toFailure(status), next, reserved.origin, reserved.size)
      return openCall(books, { ...reserved, id: again }, now)
    },
    async settle({ usage, final, answerBytes, reportedUsd }, status, { hidden }): Promise<void> {
      const end = { status, latencyMs: latency(), ttftMs, requestId, reportedCost: reportedUsd === null ? null : toNanodollars(reportedUsd) }
      if (final && usage) {
        reserved.learn(usage)
        await books.settle(id, { ...end, usage, confidence: 'exact' })
      } else await books.settleCut(id, { ...end, known: usage, answerBytes, hidden })
    },
  }
}
