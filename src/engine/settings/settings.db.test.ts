import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ReefEvent } from '../../contract/index.ts'
import { createJournal } from '../journal/index.ts'
import { createManualClock } from '../kernel/clock.ts'
import { migrate, openReader, openWriter } from '../store/index.ts'
import { createSecrets } from './secrets.ts'
import { createSettings, writeAtomically } from './settings.ts'

function openWorld() {
  const dir = mkdtempSync(join(tmpdir(), 'reef-settings-'))
  const db = openWriter(join(dir, 'reef.db'))
  migrate(db, join(import.meta.dirname, '../../../migrations'), 0)
  const reader = openReader(join(dir, 'reef.db'))
  const journal = createJournal({ db, reader, clock: createManualClock(), redact: (text) => text })
  const told: ReefEvent[] = []
  journal.listen((event) => void told.push(event))
  const file = join(dir, 'config', 'settings.json')
  return {
    dir,
    file,
    told,
    open: () => createSettings({ db, append: journal.append, file }),
    have(text: string) {
      mkdirSync(join(dir, 'config'), { recursive: true })
      writeFileSync(file, text)
    },
    [Symbol.dispose](): void {
      reader.close()
      db.close()
      rmSync(dir, { recursive: true })
    },
  }
}
const refused = (field: string, text: RegExp) =>
  expect.objectContaining({ code: 'settings/invalid', field, message: expect.stringMatching(text), remedy: expect.stringMatching(/./) })

describe('settings', () => {
  it('take effect at once, are recorded, and only what differs is in the file (R-347, R-352)', () => {
    using world = openWorld()
    const settings = world.open()
    expect(settings.set('maxSessions', 7, 'owner')).toMatchObject({ key: 'maxSessions', value: 7, default: 4, source: 'file' })
    expect(settings.get().maxSessions).toBe(7)
    expect(JSON.parse(readFileSync(world.file, 'utf8'))).toEqual({ maxSessions: 7 })
    expect(world.told).toMatchObject([{ type: 'settings.changed', actor: 'owner', subject: 'maxSessions', data: { key: 'maxSessions', from: 4, to: 7 } }])
    expect(world.open().get().maxSessions).toBe(7)
  })

  it('refuse what they do not know, by name, also names that every object has (R-348)', () => {
    using world = openWorld()
    const settings = world.open()
    for (const key of ['maxSesions', 'toString', '__proto__'])
      expect(() => settings.set(key, 1, 'owner')).toThrow(refused('key', new RegExp(`There is no setting called ${key}`)))
    world.have('{ "maxSessions": 3, "colour": "red" }')
    expect(() => world.open()).toThrow(refused('', /settings\.json: .*colour/))
  })

  it('refuse a value out of bounds and keep the one before (R-348, R-351)', () => {
    using world = openWorld()
    const settings = world.open()
    settings.set('approvalHours', 2, 'owner')
    expect(() => settings.set('approvalHours', 1000, 'owner')).toThrow(refused('approvalHours', /approvalHours/))
    expect(() => settings.set('maxSessions', '7', 'owner')).toThrow(refused('maxSessions', /maxSessions/))
    expect(settings.get()).toMatchObject({ approvalHours: 2, maxSessions: 4 })
    expect(world.open().get().approvalHours).toBe(2)
    expect(world.told.length).toBe(1)
  })

  it('stop the start when their file is damaged: a limit must not fall back to its default unnoticed (R-348)', () => {
    using world = openWorld()
    world.have('{ "spendStopUsd": 1')
    expect(() => world.open()).toThrow(/is not valid JSON/)
    world.have('[]')
    expect(() => world.open()).toThrow(expect.objectContaining({ code: 'settings/invalid' }))
    rmSync(world.file)
    mkdirSync(world.file)
    expect(() => world.open()).toThrow(/cannot be read/)
  })

  it('that cannot be written change nothing and record nothing (R-351, R-352)', () => {
    using world = openWorld()
    const settings = world.open()
    // A folder where the file belongs: no rename can replace it.
    mkdirSync(join(world.file, 'in the way'), { recursive: true })
    expect(() => settings.set('maxSessions', 9, 'owner')).toThrow()
    expect(settings.get().maxSessions).toBe(4)
    expect(world.told).toEqual([])
  })
})

describe('a file that is written at once', () => {
  it('is whole, has its mode from the first byte, and leaves nothing behind (R-336)', () => {
    using world = openWorld()
    const file = join(world.dir, 'deep', 'a.json')
    writeAtomically(file, 'old')
    // What a killed process left, readable for all.
    writeFileSync(`${file}.${process.pid}.tmp`, 'half', { mode: 0o644 })
    chmodSync(`${file}.${process.pid}.tmp`, 0o644)
    writeAtomically(file, 'new', 0o600)
    expect(readFileSync(file, 'utf8')).toBe('new')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(world.dir, 'deep'))).toEqual(['a.json'])
  })
})

describe('secrets', () => {
  it('lie in a file that only the owner can read, and everything that masks them hears of them (R-293, R-297)', () => {
    using world = openWorld()
    const file = join(world.dir, 'secrets.json')
    const known: string[] = []
    const secrets = createSecrets(file, (value) => known.push(value))
    secrets.set('openai', 'sk-one')
    secrets.set('openai', 'sk-two')
    expect([secrets.get('openai'), secrets.names(), known]).toEqual(['sk-two', ['openai'], ['sk-one', 'sk-two']])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const heard: string[] = []
    expect(createSecrets(file, (value) => heard.push(value)).get('openai')).toBe('sk-two')
    expect(heard).toEqual(['sk-two'])
    secrets.delete('openai')
    expect(createSecrets(file, () => {}).names()).toEqual([])
    expect(existsSync(`${file}.${process.pid}.tmp`)).toBe(false)
  })
})
