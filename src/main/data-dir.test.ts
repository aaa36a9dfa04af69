import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chooseDataDir } from '../cli/data-dir.ts'
import { defaultDataDir, prepareDataDir } from './data-dir.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reef-data-dir-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('the app and the command line look in the same directory', () => {
  for (const env of [{ REEF_DATA_DIR: '/reef' }, { REEF_DATA_DIR: '', XDG_DATA_HOME: '/data' }, {}])
    expect(defaultDataDir(env, '/home/ada')).toBe(chooseDataDir(undefined, env, '/home/ada'))
})

test('the default follows XDG, and ignores a relative XDG_DATA_HOME as the standard says', () => {
  expect(defaultDataDir({}, '/home/ada')).toBe('/home/ada/.local/share/reef')
  expect(defaultDataDir({ XDG_DATA_HOME: '/data' }, '/home/ada')).toBe('/data/reef')
  expect(defaultDataDir({ XDG_DATA_HOME: 'data' }, '/home/ada')).toBe('/home/ada/.local/share/reef')
})

test('a missing directory is made for its owner only', () => {
  const dir = join(folder, 'a', 'reef')
  expect(prepareDataDir(dir)).toEqual({ kind: 'ready', dir })
  expect(statSync(dir).mode & 0o777).toBe(0o700)
})

test('a directory that REEF has used is taken again', () => {
  const dir = join(folder, 'used')
  mkdirSync(join(dir, 'run'), { recursive: true })
  writeFileSync(join(dir, 'notes.txt'), '')
  expect(prepareDataDir(dir).kind).toBe('ready')
})

test("another program's directory is refused and left alone", () => {
  const dir = join(folder, 'photos')
  mkdirSync(dir)
  writeFileSync(join(dir, 'cat.jpg'), '')
  expect(prepareDataDir(dir)).toEqual({
    kind: 'refused',
    sentence: `The directory ${dir} holds files that are not REEF's: choose an empty one with --data-dir.`,
  })
  expect(existsSync(join(dir, 'run'))).toBe(false)
})

test('a directory that cannot be made or belongs to somebody else is refused in one sentence', () => {
  writeFileSync(join(folder, 'file'), '')
  expect(prepareDataDir(join(folder, 'file', 'reef'))).toMatchObject({ kind: 'refused', sentence: expect.stringContaining('cannot be made (ENOTDIR)') })
  expect(prepareDataDir('/proc/reef/data')).toMatchObject({ kind: 'refused', sentence: expect.stringContaining('cannot be made') })
  expect(prepareDataDir(join(folder, 'used'), 4_000_000)).toMatchObject({ kind: 'refused', sentence: expect.stringContaining('belongs to another user') })
})
