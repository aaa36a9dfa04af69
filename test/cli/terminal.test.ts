import { join } from 'node:path'
import { spawn } from 'node-pty'
import { afterEach, describe, expect, it } from 'vitest'
import { makeDataDir, node, root } from './command.ts'
import { startFixture } from './fixture-engine.ts'

const opened: (() => unknown)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

async function running(play: string) {
  const dir = makeDataDir()
  const engine = await startFixture({ dataDir: dir.path, play })
  opened.push(dir.remove, engine.end)
  return { path: dir.path, seen: engine.seen }
}

type Key = { readonly after: string; readonly type: string; readonly waitMs?: number }

/** The command on a real terminal, and a person who types each line once its cue is on the screen. */
function onTerminal(args: readonly string[], keys: readonly Key[] = [], env: Record<string, string> = {}): Promise<{ code: number; screen: string }> {
  const child = spawn(node, [join(root, 'src', 'cli', 'reef.ts'), ...args], {
    cols: 200,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', LANG: 'C.UTF-8', TERM: 'xterm-256color', ...env },
  })
  const left = [...keys]
  let screen = ''
  child.onData((text) => {
    screen += text
    const next = left[0]
    if (next && screen.includes(next.after)) {
      left.shift()
      setTimeout(() => child.write(next.type), next.waitMs ?? 0)
    }
  })
  return new Promise((done) => child.onExit(({ exitCode }) => done({ code: exitCode, screen })))
}

const question = 'Approve APR001? y/N (Enter alone does nothing) '
const readingMs = 800

describe('on a terminal', () => {
  it('asks about an approval where it can be answered, and takes nothing that was typed before the question', async () => {
    const { path, seen } = await running('asks')
    const { code, screen } = await onTerminal(
      ['submit', 'x', '--wait', '--data-dir', path],
      [
        { after: 'planning', type: 'n\r' },
        { after: question, type: 'y\r', waitMs: readingMs },
      ],
    )
    expect({ code, asked: seen.filter((one) => one.path.startsWith('approval.') && one.path !== 'approval.list').map((one) => one.path) }).toEqual({
      code: 0,
      asked: ['approval.approve'],
    })
    expect(screen).toContain('the plan ends in a running product')
    expect(screen).toContain(String.raw`x\u202ey`)
  })

  it('decides nothing on Enter alone, and goes on waiting until it is told to stop', async () => {
    const { path, seen } = await running('asks')
    const { code, screen } = await onTerminal(
      ['submit', 'x', '--wait', '--data-dir', path],
      [
        { after: question, type: '\r', waitMs: readingMs },
        { after: 'Not answered. Later: reef approval approve APR001', type: '\x03' },
      ],
    )
    expect({ code, decided: seen.some((one) => one.path === 'approval.approve' || one.path === 'approval.deny') }).toEqual({ code: 1, decided: false })
    expect(screen).toContain('Stopped waiting')
  })

  it('colours by attention, and not with NO_COLOR', async () => {
    const { path } = await running('quiet')
    const coloured = await onTerminal(['plan', 'list', '--data-dir', path])
    const plain = await onTerminal(['plan', 'list', '--data-dir', path], [], { NO_COLOR: '1' })
    expect(coloured.screen).toContain('\x1b[36m◐ running\x1b[0m')
    expect(plain.screen).not.toContain('\x1b[3')
  })

  it('raises the limit of everything only once its amount is typed', async () => {
    const { path, seen } = await running('quiet')
    const raise = ['budget', 'set', 'global', 'day', '200', '--data-dir', path]
    const cue = 'Type the amount to go on: '
    const wrong = await onTerminal(raise, [{ after: cue, type: 'y\r' }])
    const stopped = await onTerminal(raise, [{ after: cue, type: '\x03' }])
    expect([wrong.code, stopped.code, seen.some((one) => one.path === 'budget.set')]).toEqual([2, 2, false])
    expect(wrong.screen).toContain('from $100.00 to $200.00')
    const typed = await onTerminal(raise, [{ after: cue, type: '$200\r' }])
    expect({ code: typed.code, input: seen.find((one) => one.path === 'budget.set')?.input }).toEqual({
      code: 0,
      input: { scope: 'global', subject: '*', period: 'day', hardUsd: 200 },
    })
  })

  it('asks for a key without showing it', async () => {
    const { path, seen } = await running('quiet')
    const { code, screen } = await onTerminal(
      ['provider', 'add', 'anthropic', '--wire', 'anthropic', '--base-url', 'https://api.anthropic.com', '--data-dir', path],
      [{ after: 'Key (not shown): ', type: 'sk-typed\r', waitMs: 200 }],
    )
    expect({ code, input: seen.find((one) => one.path === 'provider.add')?.input, shown: screen.includes('sk-typed') }).toMatchObject({
      code: 0,
      input: { key: 'sk-typed' },
      shown: false,
    })
  })
})
