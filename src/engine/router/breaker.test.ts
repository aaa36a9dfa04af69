import { describe, expect, it } from 'vitest'
import { createManualClock } from '../kernel/clock.ts'
import { createBreakers, type Outcome } from './breaker.ts'

const failed: Outcome = { kind: 'failed', retryAfterMs: null }
const answered: Outcome = { kind: 'answered' }
const SECOND = 1000

function open() {
  const clock = createManualClock(0)
  const breakers = createBreakers({ clock })
  const report = (...outcomes: Outcome[]) => {
    for (const outcome of outcomes) breakers.report('far', outcome)
    const rest = breakers.resting('far')
    return rest && rest.until !== null ? rest.until - clock.now() : rest?.until
  }
  return { clock, breakers, report }
}

describe('a provider that fails (R-335)', () => {
  it('rests after three failures in a row, and others go on', () => {
    const { breakers, report } = open()
    expect([report(failed), report(failed), report(failed)]).toEqual([undefined, undefined, 30 * SECOND])
    expect([breakers.resting('far')?.detail, breakers.resting('near')]).toEqual(['far failed 3 times in a row', undefined])
  })

  it('does not rest for failures with an answer between them', () => {
    const { report } = open()
    expect(report(failed, failed, answered, failed, failed, answered, failed, failed)).toBeUndefined()
  })

  it('is tried once when it has rested: one failure and it rests twice as long, up to ten minutes; one answer and all is well', () => {
    const { clock, report } = open()
    report(failed, failed)
    const rests = Array.from({ length: 8 }, () => {
      const rest = report(failed) as number
      // Calls that were under way when it opened change nothing.
      expect(report(failed, failed)).toBe(rest)
      clock.advance(rest)
      expect(report()).toBeUndefined()
      return rest / SECOND
    })
    expect(rests).toEqual([30, 60, 120, 240, 480, 600, 600, 600])
    expect([report(answered), report(failed, failed), report(failed)]).toEqual([undefined, undefined, 30 * SECOND])
  })

  it('rests as long as it says itself, within reason', () => {
    const rest = (retryAfterMs: number) => open().report(failed, failed, { kind: 'failed', retryAfterMs })
    expect([rest(5 * SECOND), rest(90 * SECOND), rest(86_400 * SECOND)]).toEqual([30 * SECOND, 90 * SECOND, 600 * SECOND])
  })

  it('waits for the owner when it does not accept the key, until he has done something or it accepts it after all', () => {
    const { breakers, clock, report } = open()
    expect(report({ kind: 'refused', status: 401 })).toBeNull()
    clock.advance(86_400 * SECOND)
    expect([report(), breakers.resting('far')?.detail]).toEqual([null, 'far does not accept its key (401)'])
    breakers.forget('far')
    expect(report()).toBeUndefined()
    expect([report({ kind: 'refused', status: 402 }), breakers.resting('far')?.detail, report(answered)]).toEqual([
      null,
      'far says that its account has no money left (402)',
      undefined,
    ])
  })
})
