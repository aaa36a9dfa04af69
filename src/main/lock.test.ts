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
