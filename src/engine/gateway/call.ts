import { type CallId, type CallView, type Nanodollars, toNanodollars } from '../../contract/index.ts'
import { type CallEnd, type CallFailure, type CallOrigin, estimateUsage } from '../ledger/index.ts'
import type { Reading } from './usage/fold.ts'

/** The part of the ledger that the gateway uses. */
export type Books = {
  open(origin: CallOrigin): CallId
  settle(id: CallId, end: CallEnd): CallView
  fail(id: CallId, failure: CallFailure): CallView
}

export type OpenCall = {
  readonly id: CallId
  /** The provider never took it, or answered with an error: nothing is owed. */
  fail(status: number): void
  /** The answer has ended, well or not; `status` is what the caller saw. */
  settle(reading: Reading, status: number, sent: { requestBytes: number }): void
  sawAnswer(requestId: string | null): void
  sawFirstByte(): void
}

/** A call in the books. Its end may show itself in several ways: the books keep the first. */
export function openCall(books: Books, origin: CallOrigin, now: () => number): OpenCall {
  const started = now()
  const id = books.open(origin)
  let requestId: string | null = null
  let ttftMs: number | null = null
  const latency = () => Math.max(0, Math.round(now() - started))
  return {
    id,
    sawAnswer: (given) => {
      requestId = given
    },
    sawFirstByte: () => {
      ttftMs ??= latency()
    },
    fail: (status) => void books.fail(id, { status, latencyMs: latency(), requestId }),
    settle: (reading, status, { requestBytes }) => {
      const exact = reading.final && reading.usage !== null
      const usage = exact && reading.usage ? reading.usage : estimateUsage({ known: reading.usage, requestBytes, answerBytes: reading.answerBytes })
      const reportedCost: Nanodollars | null = reading.reportedUsd === null ? null : toNanodollars(reading.reportedUsd)
      books.settle(id, { usage, status, latencyMs: latency(), ttftMs, requestId, confidence: exact ? 'exact' : 'estimated', reportedCost })
    },
  }
}
