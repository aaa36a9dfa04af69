import { describe, expect, it } from 'vitest'
import type { AgentView } from '../../../contract/agents.ts'
import type { ReefEvent } from '../../../contract/events.ts'
import type { SpendRow } from '../../../contract/ledger.ts'
import type { TaskView } from '../../../contract/queue.ts'
import { toCounts, toLine, toOrphans, toRoster } from './agents.select.ts'

const agent = (name: string, active: boolean, problem: AgentView['problem'] = null) => ({ name, active, problem, paused: null }) as AgentView
const task = (name: string, state: TaskView['state']) => ({ agent: name, state, key: 'T1' }) as TaskView
const rejected = (file: string, line: number | null, message: string) => ({ type: 'agent.rejected', data: { file, line, message } }) as ReefEvent

describe('the roster on screen', () => {
  it('U-31: puts active agents first and says what each does and what it cost today', () => {
    const rows = toRoster(
      [agent('Atlas', false), agent('Rex', true), agent('Kev', true)],
      [task('Rex', 'running'), task('Rex', 'review'), task('Kev', 'done')],
      [{ key: 'Rex', cost: 5 } as SpendRow],
    )
    expect(rows.map((row) => [row.agent.name, row.state.word, row.more, row.today])).toEqual([
      ['Kev', 'idle', 0, 0],
      ['Rex', 'running', 1, 5],
      ['Atlas', 'inactive', 0, 0],
    ])
  })

  it('U-74: says of a paused agent that it is paused and why, whatever it still finishes', () => {
    const paused = { ...agent('Rex', true), paused: { at: 1, by: 'velocity', reason: '4 times its norm' } } as AgentView
    const own = { ...agent('Kev', true), paused: { at: 1, by: 'owner', reason: 'paused by the owner' } } as AgentView
    expect(toRoster([paused, own], [task('Rex', 'running')], []).map(({ state }) => [state.word, state.attention])).toEqual([
      ['paused by you', 'quiet'],
      ['paused: spends too fast', 'alarm'],
    ])
  })

  it('R-104: names a refused file that no agent of the roster answers for, once', () => {
    const problem = { line: 4, message: 'unknown key "modle"' }
    const recent = [rejected('rex.md', 4, problem.message), rejected('new.md', 1, 'no frontmatter'), rejected('new.md', 3, 'empty prompt')]
    expect(toOrphans(recent, [agent('Rex', true, problem)])).toEqual([{ file: 'new.md', line: 3, message: 'empty prompt' }])
    const mended = { type: 'agent.changed', data: { name: 'New' } } as ReefEvent
    expect(toOrphans([...recent, mended], [agent('Rex', true, problem), agent('New', true)])).toEqual([])
  })

  it('counts what there is', () => {
    expect(toCounts([agent('A', true), agent('B', false, { line: 1, message: '' })])).toBe('1 active · 1 inactive · 1 with a problem')
  })

  it('finds the line that a refusal names', () => {
    expect(toLine('The agent file is not valid in line 3: tier')).toBe(3)
    expect(toLine('the file is for Rex')).toBeNull()
  })
})
