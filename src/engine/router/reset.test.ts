import { describe, expect, it } from 'vitest'
import { toResetMs } from './reset.ts'

const NOW = Date.UTC(2026, 11, 1, 12)

describe('until when a limit holds', () => {
  it('is read in every way in which providers say it', () => {
    const said: Array<[headers: Record<string, string>, ms: number | null]> = [
      [{ 'retry-after': '120' }, 120_000],
      [{ 'retry-after': 'Tue, 01 Dec 2026 12:01:30 GMT' }, 90_000],
      [{ 'retry-after-ms': '1500', 'retry-after': '2' }, 1500],
      [{ 'anthropic-ratelimit-requests-reset': '2026-12-01T12:00:45Z' }, 45_000],
      [{ 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-reset-tokens': '6m0s' }, 360_000],
      [{ 'x-ratelimit-reset-tokens': '7.66s' }, 7660],
      [{ 'x-ratelimit-reset-requests': '2m59.56s' }, 179_560],
      [{ 'x-ratelimit-reset-requests': '20ms' }, 20],
      [{ 'x-ratelimit-reset': String(NOW + 5000) }, 5000],
      [{ 'x-ratelimit-reset': String(NOW / 1000 + 60) }, 60_000],
      [{ 'anthropic-ratelimit-unified-reset': String(NOW / 1000 + 3600) }, 3_600_000],
      [{ 'x-ratelimit-reset-tokens-minute': '33.5' }, 33_500],
      [{ 'x-request-id': 'abc' }, null],
      [{ 'retry-after': 'soon' }, null],
      [{}, null],
    ]
    expect(said.map(([headers]) => toResetMs(headers, NOW))).toEqual(said.map(([, ms]) => ms))
  })

  it('is that of the limit which is used up, not of those beside it', () => {
    expect(
      toResetMs(
        {
          'anthropic-ratelimit-requests-remaining': '0',
          'anthropic-ratelimit-requests-reset': '2026-12-01T12:00:20Z',
          'anthropic-ratelimit-tokens-remaining': '5000',
          'anthropic-ratelimit-tokens-reset': '2026-12-01T12:30:00Z',
        },
        NOW,
      ),
    ).toBe(20_000)
    expect(
      toResetMs(
        { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '12s', 'x-ratelimit-remaining-requests': '9', 'x-ratelimit-reset-requests': '1h' },
        NOW,
      ),
    ).toBe(12_000)
  })

  it('is never in the past and never further away than the longest limit there is', () => {
    expect([toResetMs({ 'retry-after': 'Tue, 01 Dec 2020 12:00:00 GMT' }, NOW), toResetMs({ 'retry-after': '99999999' }, NOW)]).toEqual([0, 8 * 86_400_000])
  })
})
