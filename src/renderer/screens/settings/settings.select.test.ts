import { describe, expect, it } from 'vitest'
import type { CallView } from '../../../contract/ledger.ts'
import type { CircuitView } from '../../../contract/router.ts'
import { Settings, type SettingView } from '../../../contract/settings.ts'
import {
  boundsOf,
  check,
  findModels,
  showContext,
  showPrice,
  toChecks,
  toCircuits,
  toGroups,
  toKind,
  toOddity,
  toTestText,
  toTitle,
} from './settings.select.ts'

const defaults = Settings.parse({})
const all: SettingView[] = Object.entries(defaults).map(([key, value]) => ({ key, value, default: value, source: 'default', description: '' }))
const withValues = (values: Record<string, unknown>) => all.map((setting) => ({ ...setting, value: values[setting.key] ?? setting.value }))

describe('settings on screen', () => {
  it('reads from a setting’s own schema how it is edited', () => {
    expect(toKind('maxSessions')).toEqual({ kind: 'number', min: 1, max: 64, whole: true })
    expect(toKind('approvalHours')).toEqual({ kind: 'number', min: 0.01, max: 168, whole: false })
    expect(toKind('theme')).toEqual({ kind: 'choice', options: ['system', 'light', 'dark'] })
    expect(toKind('singleKeyActions')).toEqual({ kind: 'switch' })
    expect(toKind('timeZone')).toEqual({ kind: 'text' })
    expect(toKind('unheardOf')).toEqual({ kind: 'text' })
  })

  it('R-348: refuses a value before it is sent, in words, and takes every default', () => {
    expect(check('maxSessions', '4')).toEqual({ ok: true, value: 4 })
    expect(check('maxSessions', '65')).toEqual({ ok: false, message: 'Allowed: 1 to 64, whole.' })
    expect(check('maxSessions', '2.5').ok).toBe(false)
    expect(check('maxSessions', '')).toEqual({ ok: false, message: 'A number is expected.' })
    expect(check('maxSessions', 'four')).toEqual({ ok: false, message: 'A number is expected.' })
    expect(check('timeZone', 'Pacific/Aukland').ok).toBe(false)
    expect(check('theme', 'pink').ok).toBe(false)
    for (const { key, value } of all) expect([key, check(key, typeof value === 'boolean' ? value : String(value)).ok]).toEqual([key, true])
  })

  it('U-36: shows every setting exactly once, those nobody grouped too', () => {
    const unknown: SettingView = { key: 'brandNew', value: 1, default: 1, source: 'default', description: '' }
    const groups = toGroups([...all, unknown])
    expect(groups.flatMap((group) => group.settings.map((setting) => setting.key)).sort()).toEqual([...Object.keys(defaults), 'brandNew'].sort())
    expect(groups.at(-1)).toEqual({ name: 'Other', settings: [unknown] })
  })

  it('gives a setting a title with its unit', () => {
    expect(['spendTargetUsd', 'maxSessionsPerAgent', 'unknownModelInputUsdPerMTok'].map(toTitle)).toEqual([
      'Spend target, US$',
      'Max sessions per agent',
      'Unknown model input, US$ a million tokens',
    ])
  })

  it('says what is odd about limits that are each allowed', () => {
    expect(toOddity(all)).toBeNull()
    expect(toOddity(withValues({ spendStopUsd: 20 }))).toBe('Spending stops at $20, before it alerts at $50.')
    expect(toOddity(withValues({ maxSessionsPerAgent: 9 }))).toMatch(/slots/)
  })

  it('says the bounds of a number beside it', () => {
    const bounds = (key: string) => {
      const kind = toKind(key)
      return kind.kind === 'number' ? boundsOf(kind) : undefined
    }
    expect(['maxSessions', 'approvalHours', 'unknownModelInputUsdPerMTok'].map(bounds)).toEqual(['1 to 64, whole.', '0.01 to 168.', 'More than 0.'])
  })

  it('finds a model by all words typed, and never shows an unknown price as free', () => {
    const model = (ref: string) => ({ ref, inputUsdPerMTok: null, outputUsdPerMTok: null, contextWindow: null })
    expect(findModels([model('openrouter/meta/llama-3'), model('openrouter/x/other')], 'LLAMA meta').map((one) => one.ref)).toEqual(['openrouter/meta/llama-3'])
    expect([null, 0, 0.075, 15].map(showPrice)).toEqual(['unknown', 'free', '0.075', '15.00'])
    expect([null, 200_000, 1_048_576].map(showContext)).toEqual(['unknown', '200 k', '1 M'])
  })

  it('puts what is broken first', () => {
    const checks = (['ok', 'absent', 'bad', 'warn'] as const).map((state) => ({ name: state, state, detail: '', remedy: null }))
    expect(toChecks(checks).map((one) => one.state)).toEqual(['bad', 'warn', 'ok', 'absent'])
  })

  it('puts the breakers in trouble first', () => {
    const circuit = (provider: string, state: string, model: string | null = null) => ({ provider, model, state }) as CircuitView
    const circuits = [circuit('b', 'closed'), circuit('a', 'closed'), circuit('c', 'quota'), circuit('a', 'open', 'm'), circuit('d', 'refused')]
    expect(toCircuits(circuits).map(({ provider, state }) => `${provider} ${state}`)).toEqual(['d refused', 'a open', 'c quota', 'a closed', 'b closed'])
  })

  it('says what a live test cost, to the last digit, also when it failed', () => {
    const call = (cost: number) => ({ cost }) as CallView
    const tried = { ok: true, message: '', model: 'a/b', latencyMs: 1812 }
    expect([
      toTestText({ ...tried, call: call(12_000) }),
      toTestText({ ...tried, call: call(0) }),
      toTestText({ ...tried, ok: false, message: 'quota reached', call: null }),
    ]).toEqual([
      'a/b answered in 1,812 ms; it cost $0.000012.',
      'a/b answered in 1,812 ms; it cost nothing.',
      'a/b did not answer: quota reached; nothing was charged.',
    ])
  })
})
