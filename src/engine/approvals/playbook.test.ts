import { describe, expect, it } from 'vitest'
import { type Instant, type Nanodollars, playbookStates } from '../../contract/index.ts'
import { type Allowance, fits } from './playbook.ts'

const END = 1000 as Instant
const allowance: Allowance = {
  state: 'active',
  scope: { actions: ['money.spend'], agents: [], projects: [] },
  maxUses: 3,
  uses: 2,
  maxEach: 5e9 as Nanodollars,
  maxTotal: 9e9 as Nanodollars,
  used: 5e9 as Nanodollars,
  expiresAt: END,
}
const fitsWith = (change: Partial<Allowance>, amountUsd: number | null = 4, now = END - 1) =>
  fits({ ...allowance, ...change }, { action: 'money.spend', amountUsd, text: null, taintedBy: null, agent: 'Rex', project: null }, 'T2', now as Instant)

describe('what a playbook may still answer (R-186)', () => {
  it('ends at its last instant, its last use and its last nanodollar', () => {
    expect([fitsWith({}), fitsWith({}, 4, END), fitsWith({ expiresAt: null })]).toEqual([true, false, false])
    expect([fitsWith({ uses: 3 }), fitsWith({ used: (5e9 + 1) as Nanodollars }), fitsWith({ maxEach: (4e9 - 1) as Nanodollars })]).toEqual([
      false,
      false,
      false,
    ])
  })

  it('is nothing in any other state than in force', () => {
    expect(playbookStates.filter((state) => fitsWith({ state }))).toEqual(['active'])
  })

  it('is a command only where its first words are the ones that were allowed, each a word of its own', () => {
    const runs = (commands: string[] | undefined, command?: string[]) =>
      fits(
        { ...allowance, scope: { actions: ['command.run'], agents: [], projects: [], ...(commands && { commands }) } },
        { action: 'command.run', amountUsd: null, text: null, taintedBy: null, agent: 'Rex', project: null, ...(command && { command }) },
        'T2',
        0 as Instant,
      )
    expect(runs(['git push origin'], ['git', 'push', 'origin', 'main'])).toBe(true)
    for (const other of [
      ['git', 'push'],
      ['git push origin', 'main'],
      ['git', 'push', 'origin-evil'],
      ['sh', '-c', 'git push origin'],
    ])
      expect(runs(['git push origin'], other)).toBe(false)
    expect([runs(undefined, ['git']), runs([], ['git']), runs(['git'])]).toEqual([false, false, false])
  })
})
