import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../kernel/clock.ts'
import { type Circuit, createBreakers, type Outcome, toOutcome } from './breaker.ts'

const failed: Outcome = { kind: 'failed' }
const answered: Outcome = { kind: 'answered' }
const limited: Outcome = { kind: 'limited' }
const SECOND = 1000
const MINUTE = 60 * SECOND

function open(circuits: readonly Circuit[] = []) {
  const clock = createManualClock(Date.UTC(2026, 11, 1))
  const kept = new Map(circuits.map((circuit) => [`${circuit.provider}/${circuit.model}`, circuit]))
  const news: string[] = []
  const breakers = createBreakers({
    clock,
    circuits,
    opened: (circuit, isNews) => {
      kept.set(`${circuit.provider}/${circuit.model}`, circuit)
      if (isNews) news.push(`opened ${circuit.provider}/${circuit.model} ${circuit.state}`)
    },
    closed: ({ provider, model }) => {
      kept.delete(`${provider}/${model}`)
      news.push(`closed ${provider}/${model}`)
    },
  })
  const restOf = (model = '') => {
    const rest = breakers.resting('far', model)
    return rest && rest.until !== null ? rest.until - clock.now() : rest?.until
  }
  const report = (...outcomes: Outcome[]) => {
    for (const outcome of outcomes) breakers.report('far', 'm', outcome)
    return restOf()
  }
  return { clock, breakers, report, restOf, kept, news }
}

describe('a provider that fails (R-335)', () => {
  it('rests after three failures in a row, and others go on', () => {
    const { breakers, report, news } = open()
    expect([report(failed), report(failed), report(failed)]).toEqual([undefined, undefined, 30 * SECOND])
    expect([breakers.resting('far')?.detail, breakers.resting('near'), breakers.state('far', 'm')]).toEqual(['far failed 3 times in a row', undefined, 'open'])
    // The provider rests as a whole: its model has nothing to add.
    expect(news).toEqual(['opened far/ open'])
  })

  it('does not rest for failures with an answer between them, until they are more than half of many', () => {
    const { breakers, report } = open()
    expect(report(failed, failed, answered, failed, failed, answered, failed, failed)).toBeUndefined()
    expect(report(answered, failed)).toBe(30 * SECOND)
    expect(breakers.resting('far')?.detail).toBe('far failed in more than half of its last 20 calls')
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
    const rest = (seconds: number) => {
      const { breakers, report, restOf } = open()
      report(failed, failed)
      breakers.report('far', 'm', failed, { 'retry-after': String(seconds) })
      return restOf()
    }
    expect([rest(5), rest(90), rest(86_400)]).toEqual([30 * SECOND, 90 * SECOND, 600 * SECOND])
  })

  it('does not take the models with it that answer: the breaker is of the model (R-126)', () => {
    const { breakers } = open()
    for (const outcome of [failed, failed, failed]) {
      breakers.report('far', 'bad', outcome)
      breakers.report('far', 'good', answered)
    }
    expect(['', 'bad', 'good'].map((model) => breakers.state('far', model))).toEqual(['closed', 'open', 'closed'])
    expect(breakers.list()).toMatchObject([{ provider: 'far', model: 'bad', state: 'open', detail: 'far/bad failed 3 times in a row' }])
  })

  it('waits for the owner when it does not accept the key, until he has done something or it accepts it after all', () => {
    const { breakers, clock, report } = open()
    expect(report({ kind: 'refused', status: 401 })).toBeNull()
    clock.advance(1440 * MINUTE)
    expect([report(), breakers.resting('far')?.detail]).toEqual([null, 'far does not accept its key (401)'])
    breakers.forget('far')
    expect(report()).toBeUndefined()
    expect([report({ kind: 'refused', status: 402 }), breakers.resting('far')?.detail, report(answered)]).toEqual([
      null,
      'far says that its account has no money left (402)',
      undefined,
    ])
  })

  it('is not judged by what it forbids for one model, by bad requests, or by callers that hang up', () => {
    const { breakers, report, restOf } = open()
    report({ kind: 'refused', status: 403 })
    expect([restOf(''), restOf('m')]).toEqual([undefined, null])
    breakers.forget('far')
    for (const status of [400, 404, 413, 422]) report(failed, toOutcome(status), toOutcome(status))
    report(failed, { kind: 'dropped' }, { kind: 'dropped' }, { kind: 'dropped' })
    expect([restOf(''), restOf('m')]).toEqual([undefined, undefined])
    expect([408, 500, 502, 503, 529].map((status) => toOutcome(status).kind)).toEqual(Array.from({ length: 5 }, () => 'failed'))
  })
})

describe('a quota that is used up', () => {
  it('holds for the model until the time that the provider named, and is no failure', () => {
    const { breakers, clock, restOf, news } = open()
    for (let i = 0; i < 5; i++) breakers.report('far', 'm', limited, { 'retry-after': '7200' })
    expect([restOf('m'), restOf('other'), breakers.resting('far', 'm')?.kind, breakers.state('far')]).toEqual([120 * MINUTE, undefined, 'quota', 'closed'])
    expect(breakers.resting('far', 'm')?.detail).toBe('far/m takes no more calls until 2026-12-01 02:00 UTC (429)')
    // A call that began before the limit was reached ends well: the limit stands.
    breakers.report('far', 'm', answered)
    expect(restOf('m')).toBe(120 * MINUTE)
    clock.advance(120 * MINUTE)
    expect([restOf('m'), breakers.state('far', 'm')]).toEqual([undefined, 'closed'])
    breakers.report('far', 'm', answered)
    expect(news).toEqual(['opened far/m quota', 'closed far/m'])
  })

  it('holds for a while that grows where the provider names no time, and moves out when it names a later one', () => {
    const { breakers, clock, restOf } = open()
    const rests = Array.from({ length: 3 }, () => {
      breakers.report('far', 'm', limited)
      const rest = restOf('m') as number
      clock.advance(rest)
      return rest / SECOND
    })
    expect(rests).toEqual([30, 60, 120])
    breakers.report('far', 'm', limited, { 'retry-after': '300' })
    breakers.report('far', 'm', limited, { 'retry-after': '900' })
    breakers.report('far', 'm', limited, { 'retry-after': '60' })
    expect(restOf('m')).toBe(15 * MINUTE)
  })
})

describe('after a restart', () => {
  it('what rested still rests, and its next rest is no shorter for it', () => {
    const before = open()
    before.report(failed, failed, failed)
    before.clock.advance(30 * SECOND)
    before.report(failed)
    before.breakers.report('far', 'm', limited, { 'retry-after': '3600' })
    const after = open([...before.kept.values()])
    after.clock.advance(30 * SECOND)
    expect([after.restOf(), after.restOf('m'), after.restOf('other')]).toEqual([60 * SECOND, 60 * MINUTE, 60 * SECOND])
    after.clock.advance(60 * SECOND)
    expect(after.report(failed)).toBe(120 * SECOND)
  })
})

describe('a trial', () => {
  it('belongs to one holder at a time: nobody else is let through until it is reported or a minute has passed', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('ask' as const), who: fc.integer({ min: 0, max: 4 }), model: fc.constantFrom('a', 'b') }),
      fc.record({
        do: fc.constant('report' as const),
        model: fc.constantFrom('a', 'b'),
        outcome: fc.constantFrom<Outcome>(failed, failed, answered, limited, { kind: 'dropped' }),
      }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 90 * SECOND }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { breakers, clock, report } = open()
        report(failed, failed, failed)
        let trial: { who: number; at: number } | undefined
        for (const one of steps) {
          if (one.do === 'wait') clock.advance(one.ms)
          else if (one.do === 'report') {
            breakers.report('far', one.model, one.outcome)
            trial = undefined
          } else {
            const before = breakers.state('far')
            const isIn = breakers.admit('far', one.model, `att_${one.who}`)
            if (before === 'open') expect(isIn).toBe(false)
            if (before !== 'half_open' || !isIn) continue
            if (trial && clock.now() - trial.at < MINUTE) expect(one.who).toBe(trial.who)
            trial = { who: one.who, at: clock.now() }
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('that was dropped makes room for the next one at once', () => {
    const { breakers, clock, report } = open()
    report(failed, failed, failed)
    clock.advance(30 * SECOND)
    expect([breakers.admit('far', 'm', 'one'), breakers.admit('far', 'm', 'two'), breakers.admit('far', 'm', 'one')]).toEqual([true, false, true])
    expect(breakers.resting('far', 'm', 'two')?.detail).toBe('far is being tried again after a rest')
    report({ kind: 'dropped' })
    expect(breakers.admit('far', 'm', 'two')).toBe(true)
  })
})
