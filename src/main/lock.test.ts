import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { takeLock } from './lock.ts'

let dir: string
const file = () => join(dir, 'run', 'lock')
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'reef-lock-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const run = async () => {
  const child = spawn('sleep', ['60'])
  await once(child, 'spawn')
  return child
}

test('one engine has a data directory, until it lets go', () => {
  const first = takeLock(file())
  expect(first.kind).toBe('taken')
  if (first.kind === 'taken') first.release()
  expect(existsSync(file())).toBe(false)
})

test('a living holder keeps it; one that died, or whose number belongs to another program by now, does not', async () => {
  expect(takeLock(file()).kind).toBe('taken')
  const other = await run()
  writeFileSync(file(), JSON.stringify({ pid: other.pid, ticks: null }))
  expect(takeLock(file())).toEqual({ kind: 'held', pid: other.pid })
  writeFileSync(file(), JSON.stringify({ pid: other.pid, ticks: '1' }))
  expect(takeLock(file()).kind).toBe('taken')
  writeFileSync(file(), JSON.stringify({ pid: other.pid, ticks: null }))
  other.kill('SIGKILL')
  await once(other, 'close')
  expect(takeLock(file()).kind).toBe('taken')
})

test('a lock that was cut off while it was written is no lock', () => {
  expect(takeLock(file()).kind).toBe('taken')
  writeFileSync(file(), '{"pid":')
  expect(takeLock(file()).kind).toBe('taken')
})

test('of many that find the same stale lock at once, one gets it', async () => {
  expect(takeLock(file()).kind).toBe('taken')
  writeFileSync(file(), JSON.stringify({ pid: 1, ticks: 'long ago' }))
  const script = `import { takeLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))}; process.stdout.write(takeLock(process.argv[1]).kind + '\\n'); setTimeout(() => {}, 1500)`
  const answers = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, file()], { stdio: ['ignore', 'pipe', 'inherit'] })
      const [answer] = (await once(child.stdout, 'data')) as [Buffer]
      return answer.toString().trim()
    }),
  )
  expect(answers.sort()).toEqual(['held', 'held', 'held', 'held', 'held', 'taken'])
}, 20_000)
