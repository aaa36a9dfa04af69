import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isReefError } from '../../src/engine/kernel/errors.ts'
import { type Books, COST, DAY, HOUR, instant, openBooks, start } from './world.ts'

let books: Books
beforeEach(() => {
  books = openBooks()
})
afterEach(() => books[Symbol.dispose]())

const toRows = (csv: string) => parse(csv, { columns: true }) as unknown as Array<Record<string, string>>
/** Dollars of a file as nanodollars, digit by digit. */
function toNanos(dollars: string | undefined): number {
  const [whole = '0', fraction = ''] = (dollars ?? '').replace('-', '').split('.')
  return Number(`${whole}${fraction.padEnd(9, '0')}`) * (dollars?.startsWith('-') ? -1 : 1)
}
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const refusal = (act: () => unknown) => {
  try {
    act()
  } catch (error) {
    if (isReefError(error)) return error.toRefusal()
    throw error
  }
  throw new Error('it was not refused')
}

/** Every page of a file, put together. */
function wholeFile(format: 'calls' | 'focus', span: { since?: number; until?: number } = {}): string {
  const within = { since: span.since === undefined ? undefined : instant(span.since), until: span.until === undefined ? undefined : instant(span.until) }
  let text = ''
  let after: string | undefined
  for (;;) {
    const page = books.toFile({ format, ...within, after })
    text += page.text
    if (page.next === null) return text
    after = page.next
  }
}

describe('the FOCUS file (U-70, U-71)', () => {
  it('has a row for each kind of token of a call, with the columns that a FOCUS reader looks for', () => {
    books.released.add('demo')
    const id = books.call({ usage: { cacheRead: 500, webSearches: 1 } })
    const rows = toRows(wholeFile('focus'))
    expect(rows[0]).toEqual({
      BilledCost: '0.003',
      EffectiveCost: '0.003',
      ListCost: '0.003',
      ContractedCost: '0.003',
      BillingCurrency: 'USD',
      BillingAccountId: 'anthropic',
      ChargeCategory: 'Usage',
      ChargeClass: '',
      ChargeDescription: 'claude-sonnet-4-5: input tokens',
      ChargeFrequency: 'Usage-Based',
      ChargePeriodStart: '2026-11-20T10:15:00Z',
      ChargePeriodEnd: '2026-11-20T10:15:02Z',
      BillingPeriodStart: '2026-11-01T00:00:00Z',
      BillingPeriodEnd: '2026-12-01T00:00:00Z',
      ServiceProviderName: 'anthropic',
      HostProviderName: 'anthropic',
      PublisherName: 'anthropic',
      InvoiceIssuerName: 'anthropic',
      ServiceCategory: 'AI and Machine Learning',
      ServiceName: 'anthropic models',
      SkuId: 'claude-sonnet-4-5',
      SkuPriceId: 'anthropic/claude-sonnet-4-5/input@test, 2026-11-01',
      SkuMeter: 'input tokens',
      ConsumedQuantity: '1000',
      ConsumedUnit: 'tokens',
      PricingQuantity: '0.001',
      PricingUnit: '1M tokens',
      ListUnitPrice: '3',
      ResourceId: 'ses_01JC0000000000000000000001',
      SubAccountId: 'demo',
      Tags: '{"agent":"Rex","billing":"metered","plan":"plan_01JC0000000000000000000001"}',
      x_CallId: id,
      x_AgentId: 'Rex',
      x_TaskId: 'task_01JC0000000000000000000001',
      x_AttemptId: 'att_01JC0000000000000000000001',
      x_CorrelationId: 'plan_01JC0000000000000000000001',
      x_ProductId: 'demo',
      x_Tier: 'mid',
      x_Estimated: 'false',
      x_ShadowCost: '',
    })
    expect(rows.map((row) => [row.SkuMeter, row.ConsumedQuantity, row.PricingQuantity, row.ListUnitPrice, row.BilledCost])).toEqual([
      ['input tokens', '1000', '0.001', '3', '0.003'],
      ['cache-read tokens', '500', '0.0005', '0.3', '0.00015'],
      ['output tokens', '100', '0.0001', '15', '0.0015'],
      ['web searches', '1', '1', '0.01', '0.01'],
    ])
  })

  it('shows a subscription as nothing billed with its price by the list, and an own model as free with what a cloud would have asked', () => {
    books.call({ billing: 'subscription', usage: { output: 0 } })
    books.call({ billing: 'local', provider: 'ollama', usage: { output: 0 } })
    expect(toRows(wholeFile('focus')).map((row) => [row.BilledCost, row.EffectiveCost, row.ListCost, row.HostProviderName, row.x_ShadowCost])).toEqual([
      ['0', '0', '0.003', 'anthropic', ''],
      ['0', '0', '0', 'local', '0.003'],
    ])
  })

  it('ends with the corrections, each a row of its own', () => {
    books.call()
    const { id } = books.adjust.adjust({ provider: 'anthropic', amountUsd: -1.5, reason: '=HYPERLINK("x")' }, 'owner')
    expect(toRows(wholeFile('focus')).at(-1)).toMatchObject({
      BilledCost: '-1.5',
      ChargeCategory: 'Adjustment',
      ChargeClass: 'Correction',
      ChargeDescription: '\'=HYPERLINK("x")',
      ServiceProviderName: 'anthropic',
      Tags: `{"adjustment":"${id}"}`,
    })
  })

  it('adds up to the ledger of the same span to the nanodollar, page by page, whatever was called and corrected', () => {
    const call = fc.record({
      wait: fc.nat(5 * HOUR),
      billing: fc.constantFrom('metered', 'metered', 'subscription', 'local'),
      usage: fc.record({ input: fc.nat(300_000), cacheRead: fc.nat(9), cacheWrite: fc.nat(50_000), output: fc.nat(7), webSearches: fc.nat(1) }),
      reportedCost: fc.option(fc.nat(1e10), { nil: undefined }),
      end: fc.constantFrom('settle', 'settle', 'fail', 'leave'),
      correction: fc.constantFrom(0, 0, 0.1, -0.000000001),
    })
    fc.assert(
      fc.property(fc.array(call, { minLength: 1, maxLength: 12 }), (calls) => {
        books[Symbol.dispose]()
        books = openBooks()
        for (const { wait, correction, ...made } of calls) {
          books.clock.advance(wait)
          books.call(made)
          if (correction !== 0) books.adjust.adjust({ provider: 'anthropic', amountUsd: correction, reason: 'test' }, 'owner')
        }
        const rows = toRows(wholeFile('focus'))
        const { total, listTotal } = books.spend.summary({ by: 'day', zone: 'UTC', since: instant(start - DAY) })
        const corrected = sum(books.adjust.list({ limit: 100 }).map(({ amount }) => amount))
        expect(sum(rows.map((row) => toNanos(row.BilledCost)))).toBe(total)
        expect(sum(rows.map((row) => toNanos(row.ListCost) + toNanos(row.x_ShadowCost)))).toBe(listTotal + corrected)
        expect(sum(toRows(wholeFile('calls')).map((row) => toNanos(row.cost_usd)))).toBe(total - corrected)
      }),
      { numRuns: 25 },
    )
  })

  it('comes in pages of which only the first has a head and none a call of another', () => {
    for (let i = 0; i < 1203; i++) {
      if (i % 3 === 0) books.clock.advance(1)
      books.call({ usage: { output: 0 } })
    }
    const first = books.toFile({ format: 'focus' })
    const second = books.toFile({ format: 'focus', after: first.next ?? '' })
    expect([first.text.startsWith('BilledCost,'), second.text.includes('BilledCost'), toRows(first.text).length]).toEqual([true, false, 500])
    const rows = toRows(wholeFile('focus'))
    expect([rows.length, new Set(rows.map((row) => row.x_CallId)).size]).toEqual([1203, 1203])
    expect(toRows(wholeFile('focus', { since: start + 5, until: start + 9 })).length).toBe(12)
  })
})

describe('the file of calls', () => {
  it('has a row for each call that was billed, and none for one under way', () => {
    const id = books.call()
    books.call({ end: 'fail' })
    books.call({ end: 'leave' })
    const rows = toRows(wholeFile('calls'))
    expect(rows.map((row) => [row.state, row.status, row.cost_usd])).toEqual([
      ['settled', '200', '0.0045'],
      ['failed', '500', '0'],
    ])
    expect(rows[0]).toMatchObject({ id, at: '2026-11-20T10:15:00.000Z', agent: 'Rex', input_tokens: '1000', reserved_usd: '0.1', list_cost_usd: '0.0045' })
  })

  it('gives a spreadsheet no formula to run, whatever a model or a project is called', () => {
    for (const model of ['=1+1', '+cmd', '-2+3', '@SUM(A1)', '\tx', '\rx']) books.call({ model })
    expect(toRows(wholeFile('calls')).map((row) => row.model)).toEqual(["'=1+1", "'+cmd", "'-2+3", "'@SUM(A1)", "'\tx", "'\rx"])
  })
})

describe('a correction (R-130, U-78)', () => {
  it('is a row of its own beside the bills, counts in the hour that it corrects, and is told of and held against the limits', () => {
    const id = books.call()
    const bill = books.spend.call(id)
    books.clock.advance(2 * DAY)
    const correction = books.adjust.adjust({ provider: 'anthropic', amountUsd: -0.001, reason: 'counted twice', callId: id }, 'owner')
    expect(correction).toEqual({
      id: correction.id,
      at: books.clock.now(),
      chargedAt: start,
      provider: 'anthropic',
      callId: id,
      amount: -1_000_000,
      reason: 'counted twice',
      actor: 'owner',
    })
    expect(books.spend.call(id)).toEqual(bill)
    const day = books.spend.summary({ by: 'day', zone: 'UTC' }).rows.find((row) => row.key === '2026-11-20')
    expect([day?.cost, day?.calls]).toEqual([COST - 1_000_000, 1])
    expect(books.noted).toEqual([{ chargedAt: start, amount: -1_000_000, provider: 'anthropic', reason: 'counted twice', callId: id }])
    expect(books.events.map(({ type, data }) => ({ type, data }))).toEqual([{ type: 'spend.adjusted', data: correction }])
    expect(books.adjust.list({ limit: 10 })).toEqual([correction])
  })

  it('beside another one in the same hour counts as well', () => {
    for (const amountUsd of [1, -0.25]) books.adjust.adjust({ provider: 'anthropic', amountUsd, reason: 'x' }, 'owner')
    for (const by of ['provider', 'agent', 'task', 'day'] as const)
      expect([by, books.spend.summary({ by, zone: 'UTC' }).rows[0]?.cost]).toEqual([by, 750_000_000])
  })

  it('of nothing, of what is to come, of another provider’s call or of a call that nobody made is refused', () => {
    const id = books.call()
    const adjust = (more: object) => refusal(() => books.adjust.adjust({ provider: 'anthropic', amountUsd: 1, reason: 'x', ...more }, 'owner'))
    expect([
      adjust({ amountUsd: 0 }),
      adjust({ chargedAt: instant(start + 1) }),
      adjust({ provider: 'openai', callId: id }),
      adjust({ callId: 'call_01JC0000000000000000000009' }),
    ]).toMatchObject([
      { code: 'invoice/invalid', field: 'amountUsd' },
      { code: 'invoice/invalid', field: 'chargedAt' },
      { code: 'invoice/invalid', field: 'provider' },
      { code: 'call/unknown', field: 'callId' },
    ])
    expect(books.adjust.list({ limit: 10 })).toEqual([])
  })

  it('can neither be changed nor deleted, and neither can a bill', () => {
    books.call()
    books.adjust.adjust({ provider: 'anthropic', amountUsd: 1, reason: 'x' }, 'owner')
    for (const sql of ['UPDATE adjustment SET amount = 0', 'DELETE FROM adjustment', 'UPDATE call SET cost = 0', 'DELETE FROM call'])
      expect(() => books.db.exec(sql)).toThrow(/never (changed|deleted)/)
  })
})

describe('an invoice beside the ledger (R-130, R-218, U-78)', () => {
  const invoice = (rows: ReadonlyArray<readonly [day: string, usd: number]>) => `date,cost\n${rows.map((row) => row.join(',')).join('\n')}\n`
  const reconcile = (csv: string, apply = false) => books.adjust.reconcile({ provider: 'anthropic', csv, apply }, 'owner')
  const spendDays = () => {
    for (const more of [{}, {}, { provider: 'openai' }]) books.call(more)
    books.clock.advance(DAY)
    books.call()
    books.clock.advance(3 * DAY)
  }

  it('shows day by day what each side has, and by how much they differ, and books nothing unasked', () => {
    spendDays()
    expect(
      reconcile(
        invoice([
          ['2026-11-19', 0.001],
          ['2026-11-20', 0.009],
          ['2026-11-21', 0.005],
        ]),
      ),
    ).toEqual({
      provider: 'anthropic',
      since: Date.parse('2026-11-19T00:00:00Z'),
      until: Date.parse('2026-11-22T00:00:00Z'),
      invoiced: 15_000_000,
      ledger: 3 * COST,
      drift: 1_500_000,
      driftShare: 0.1,
      days: [
        { day: '2026-11-19', invoiced: 1_000_000, ledger: 0 },
        { day: '2026-11-20', invoiced: 9_000_000, ledger: 2 * COST },
        { day: '2026-11-21', invoiced: 5_000_000, ledger: COST },
      ],
      skipped: [],
      adjustment: null,
    })
    expect(books.adjust.list({ limit: 10 })).toEqual([])
  })

  it('books the difference once when it is asked to: the same file has none the second time', () => {
    spendDays()
    const csv = invoice([
      ['2026-11-20', 0.009],
      ['2026-11-21', 0.005],
    ])
    const { adjustment } = reconcile(csv, true)
    expect(adjustment).toMatchObject({
      amount: 500_000,
      chargedAt: Date.parse('2026-11-22T00:00:00Z') - 1,
      reason: 'Invoice of anthropic, 2026-11-20 to 2026-11-21: $0.01 charged, $0.01 in the ledger',
    })
    expect(reconcile(csv, true)).toMatchObject({ drift: 0, adjustment: null, ledger: 14_000_000 })
    expect([books.adjust.list({ limit: 10 }).length, books.noted.length]).toEqual([1, 1])
  })

  it('that charges less than the ledger has gives money back', () => {
    spendDays()
    expect(
      reconcile(
        invoice([
          ['2026-11-20', 0.001],
          ['2026-11-21', 0],
        ]),
        true,
      ).adjustment?.amount,
    ).toBe(1_000_000 - 3 * COST)
    expect(books.spend.summary({ by: 'provider', zone: 'UTC' }).rows.find((row) => row.key === 'anthropic')?.cost).toBe(1_000_000)
  })

  it('counts a day that the file leaves out between two others as a day on which nothing was charged', () => {
    spendDays()
    expect(
      reconcile(
        invoice([
          ['2026-11-19', 0],
          ['2026-11-22', 0.001],
        ]),
      ),
    ).toMatchObject({ ledger: 3 * COST, drift: 1_000_000 - 3 * COST })
  })

  it('can be the ledger’s own FOCUS file, which then agrees', () => {
    books.call()
    books.clock.advance(2 * DAY)
    expect(reconcile(wholeFile('focus'))).toMatchObject({ invoiced: COST, drift: 0, skipped: [] })
  })
})
