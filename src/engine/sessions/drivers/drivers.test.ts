import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DriverName } from '../../../contract/index.ts'
import { type DriverOrder, type Ending, type Heard, hear, heardNothing, isConnectionTrouble, toToolLine } from '../driver.ts'
import { createTerminal, stripEscapes } from '../terminal.ts'
import { drivers } from './registry.ts'

const transcripts = join(import.meta.dirname, '../../../../test/programs/transcripts')
const well: Ending = { exitCode: 0, signal: null, stopped: null }
const badly: Ending = { exitCode: 1, signal: null, stopped: null }

/** Replays what a real program printed (test/programs/record-transcripts.ts). */
function replay(name: DriverName, recording: string) {
  const show = createTerminal()
  let heard: Heard = heardNothing
  let screen = ''
  const marks: string[] = []
  for (const line of readFileSync(join(transcripts, `${name}-${recording}.jsonl`), 'utf8').split('\n'))
    for (const event of drivers[name].read(line)) {
      heard = hear(heard, event)
      const { text, mark } = show(event)
      screen += text
      if (mark) marks.push(mark)
    }
  return { heard, screen: stripEscapes(screen).replaceAll('\r\n', '\n'), marks }
}

describe.each(['claude-code', 'codex', 'pi'] as const)('a recording of the real %s', (name) => {
  it('reads like a terminal: commands, their output, what was said (R-084, U-93)', () => {
    const { screen, marks } = replay(name, 'work')
    expect(screen).toContain('$ echo hello > out.txt; cat out.txt\n  hello\n')
    expect(screen).toMatch(/\$ echo broken; exit 3\n(.*\n)*? {2}broken\n(.*\n)*? {2}✕ failed\n/)
    expect(screen.trimEnd().split('\n').at(-1)).toBe('All done.')
    expect(marks).toEqual(['$ echo hello > out.txt; cat out.txt', '$ echo broken; exit 3'])
  })

  it('is a success with its last words when it ended well, and none when its exit code says otherwise', () => {
    const { heard } = replay(name, 'work')
    expect(drivers[name].judge(well, heard)).toEqual({ outcome: 'succeeded', message: 'ended well', text: 'All done.' })
    expect(drivers[name].judge(badly, heard).outcome).toBe('failed')
  })

  it('is a failure when the gateway refused, whatever the program called it (R-078)', () => {
    const { heard, screen } = replay(name, 'refused')
    const verdict = drivers[name].judge(name === 'pi' ? well : badly, heard)
    expect(verdict).toMatchObject({ outcome: 'failed', message: expect.stringContaining('REEF: the budget of this task is used up') })
    expect(screen).toContain('the budget of this task is used up')
  })

  it('is what it was stopped for, whatever it said before', () => {
    const { heard } = replay(name, 'work')
    for (const stopped of ['cancelled', 'killed_budget', 'timed_out'] as const) expect(drivers[name].judge({ ...well, stopped }, heard).outcome).toBe(stopped)
  })

  it('makes nothing of lines it does not know', () => {
    for (const line of ['', 'plain text', '{', '{"type":"of tomorrow"}', '[]', '{"type":"item.completed"}']) expect(drivers[name].read(line)).toEqual([])
  })
})

describe('an order for a program', () => {
  const order: DriverOrder = {
    role: 'builder',
    agent: 'Rex',
    model: 'some/model',
    wire: 'anthropic',
    cwd: '/work',
    systemPrompt: 'who you are',
    prompt: 'what to do',
    gatewayUrl: 'http://127.0.0.1:4321',
    token: 'token-of-this-session',
    argv: ['npm', 'test'],
    outputs: ['a.md'],
    budgetUsd: 2,
    temperature: 0.1,
    caged: true,
  }
  const paths = { home: '/home/of/session', node: '/bin/node', program: '/bin/program' }

  it.each(Object.values(drivers))('$name: no prompt and no token in argv or in a file', (driver) => {
    const plan = driver.plan(order, paths)
    const seen = JSON.stringify([plan.argv, plan.files])
    expect(plan.argv.join(' ')).not.toMatch(/what to do|who you are/)
    expect(seen).not.toContain(order.token)
    expect(plan.files.every((file) => file.path.startsWith(`${paths.home}/`))).toBe(true)
  })

  it('gives every driver that calls a model its prompt on standard input and the token in the environment', () => {
    for (const driver of Object.values(drivers).filter((one) => one.wires !== null)) {
      const plan = driver.plan(order, paths)
      expect(plan.stdin).toContain('what to do')
      expect(Object.values(plan.env)).toContain(order.token)
    }
  })

  it('keeps the sandbox of Codex on where there is no cage', () => {
    expect(drivers.codex.plan(order, paths).argv).toContain('danger-full-access')
    expect(drivers.codex.plan({ ...order, caged: false }, paths).argv).toContain('workspace-write')
  })

  it('gives builders, and nobody else, the door to ask the owner through, where their program knows one (issue 4)', () => {
    for (const name of ['claude-code', 'codex'] as const) {
      const configured = (role: DriverOrder['role']) => JSON.stringify(drivers[name].plan({ ...order, role }, paths))
      expect(configured('builder')).toContain('http://127.0.0.1:4321/mcp')
      expect(configured('reviewer')).not.toContain('/mcp')
    }
    const withDoor = Object.values(drivers).filter((driver) => driver.door)
    expect(withDoor.map(({ name }) => name)).toEqual(['claude-code', 'codex'])
  })

  it('shows what Codex asks of a server, and the answer', () => {
    const item = { id: 'i', type: 'mcp_tool_call', server: 'reef', tool: 'approval_request', arguments: { action: 'command.run' } }
    const read = (type: string, more: object) => drivers.codex.read(JSON.stringify({ type, item: { ...item, ...more } }))
    expect(read('item.started', { status: 'in_progress', result: null })).toEqual([
      { kind: 'tool-start', id: 'i', line: '▸ reef/approval_request {"action":"command.run"}' },
    ])
    expect(read('item.completed', { status: 'completed', result: { content: [{ type: 'text', text: 'asked' }] } })).toEqual([
      { kind: 'tool-end', id: 'i', output: 'asked', failed: false },
    ])
    expect(read('item.completed', { status: 'failed', result: null })).toEqual([{ kind: 'tool-end', id: 'i', output: '', failed: true }])
  })

  it('limits Claude Code a little above the budget, which is the gateway’s to enforce (R-078)', () => {
    const { argv } = drivers['claude-code'].plan(order, paths)
    expect(argv[argv.indexOf('--max-budget-usd') + 1]).toBe('2.50')
    expect(drivers['claude-code'].plan({ ...order, budgetUsd: null }, paths).argv).not.toContain('--max-budget-usd')
  })
})

describe('words', () => {
  it('tell a lost connection from an answer nobody liked', () => {
    for (const lost of [
      'connect ECONNREFUSED 127.0.0.1:1',
      'Connection error.',
      'terminated',
      'stream disconnected before completion',
      'fetch failed: other side closed',
    ])
      expect(isConnectionTrouble(lost)).toBe(true)
    for (const answered of ['402 the budget is used up', '500 server error', 'exit code 1', 'the model stopped with "length"'])
      expect(isConnectionTrouble(answered)).toBe(false)
  })

  it('show a tool call as a person would write it', () => {
    expect(toToolLine('Bash', { command: 'npm test' })).toBe('$ npm test')
    expect(toToolLine('Write', { file_path: 'src/x.ts', content: '…' })).toBe('✎ src/x.ts')
    expect(toToolLine('edit', { path: 'src/x.ts' })).toBe('✎ src/x.ts')
    expect(toToolLine('Grep', { pattern: 'x' })).toBe('▸ Grep {"pattern":"x"}')
  })
})
