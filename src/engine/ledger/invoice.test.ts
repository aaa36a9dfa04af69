import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isReefError } from '../kernel/errors.ts'
import { readInvoice } from './invoice.ts'

const now = Date.parse('2026-11-21T10:00:00Z')
const read = (csv: string) => {
  const { days, skipped } = readInvoice(csv, now)
  return { days: days.map(({ at, amount }) => [new Date(at).toISOString().slice(0, 10), amount]), skipped }
}
const refusal = (csv: string) => {
  try {
    readInvoice(csv, now)
  } catch (error) {
    if (isReefError(error, 'invoice/invalid')) return error.toRefusal()
    throw error
  }
  throw new Error('it was read')
}

describe('an invoice (R-130, R-218, U-78)', () => {
  it('of Anthropic’s console is read by its day and its cost, a row for each kind of token', () => {
    const csv = [
      'usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,cost_type',
      '2026-11-18,Claude Sonnet 4.5,Default,reef,message,≤ 200k,input_no_cache,0.05,0.05,token',
      '2026-11-18,Claude Sonnet 4.5,Default,reef,message,≤ 200k,output,1.234567891,1.30,token',
      '2026-11-19,,Default,reef,message,,,0.01,0.01,web_search',
    ].join('\n')
    expect(read(csv)).toEqual({
      days: [
        ['2026-11-18', 1_284_567_891],
        ['2026-11-19', 10_000_000],
      ],
      skipped: [],
    })
  })

  it('of OpenAI is read with thirty digits, with its days without a charge, and with nothing but US dollars', () => {
    const csv = [
      'start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,quantity,line_item,project_id',
      '1795046400,1795132800,2026-11-19T00:00:00+00:00,2026-11-20T00:00:00+00:00,,,,,',
      '1795132800,1795219200,2026-11-20T00:00:00,2026-11-21T00:00:00,0.003835980000000000000000000000,usd,,,proj_1',
      '1795132800,1795219200,2026-11-20T00:00:00,2026-11-21T00:00:00,0.0000000004,usd,,,proj_2',
      '1795132800,1795219200,2026-11-20T00:00:00,2026-11-21T00:00:00,0.0000000004,usd,,,proj_3',
      '1795132800,1795219200,2026-11-20T00:00:00,2026-11-21T00:00:00,5,eur,,,proj_4',
    ].join('\r\n')
    expect(read(csv)).toEqual({
      days: [
        ['2026-11-19', 0],
        ['2026-11-20', 3_835_981],
      ],
      skipped: [{ line: 6, message: 'EUR is not US dollars.' }],
    })
  })

  it('of anybody is read when it has a day and a cost, in the shapes that people write them', () => {
    const csv = '\uFEFFDate;Cost (USD)\n2026-11-01;$1,234.50\n 2026-11-02T23:30:00-02:00 ;"-0.25"\n1793577600;.5\n2026-11-03 10:00 UTC;1e-3\n'
    expect(read(csv)).toEqual({
      days: [
        ['2026-11-01', 1_234_500_000_000],
        ['2026-11-02', 500_000_000],
        ['2026-11-03', -249_000_000],
      ],
      skipped: [],
    })
  })

  it('tells every row that it cannot read by its line, and puts it in no sum', () => {
    const csv = 'date,cost\n2026-11-18,1\n\n11/19/2026,1\n2026-02-30,1\n2026-11-19,n/a\n"2026-11\n-19",1\n2026-11-21,7\n2027-01-01,7\nTotal,4\n'
    expect(read(csv)).toEqual({
      days: [['2026-11-18', 1_000_000_000]],
      skipped: [
        { line: 4, message: '“11/19/2026” is not a day.' },
        { line: 5, message: '“2026-02-30” is not a day.' },
        { line: 6, message: '“n/a” is not an amount.' },
        { line: 8, message: '“2026-11\n-19” is not a day.' },
        { line: 9, message: 'This day is not over.' },
        { line: 10, message: 'This day is not over.' },
        { line: 11, message: '“Total” is not a day.' },
      ],
    })
  })

  it('without a day, without an amount or without a row that can be compared is refused with what to do', () => {
    expect(refusal('model,cost\ngpt-5,1')).toEqual({
      code: 'invoice/invalid',
      message: 'No column of the file is a day. It has: model, cost.',
      field: 'csv',
      remedy: 'Name the column date in the first line, or export the costs by day from the provider’s console.'.replace('’', "'"),
    })
    expect(refusal('date,tokens\n2026-11-18,1').message).toBe('No column of the file is an amount. It has: date, tokens.')
    expect(refusal('date,cost\n2026-11-21,1').message).toBe('No row of the file could be compared: line 2: This day is not over.')
    expect(refusal('').message).toContain('It has: none')
    expect(refusal('date,cost\n2026-11-18,"1').message).toContain('The file is not CSV')
  })

  it('adds up to the nanodollar, whatever the digits are and in how many rows they come', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: -1e12, max: 1e12 })), { minLength: 1, maxLength: 40 }), (rows) => {
        const csv = rows.map(([day, nanos]) => {
          const digits = String(Math.abs(nanos)).padStart(10, '0')
          return `2026-11-${String(day).padStart(2, '0')},${nanos < 0 ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`
        })
        const total = readInvoice(`date,cost\n${csv.join('\n')}`, now).days.reduce((sum, { amount }) => sum + amount, 0)
        expect(total).toBe(rows.reduce((sum, [, nanos]) => sum + nanos, 0))
      }),
    )
  })
})
