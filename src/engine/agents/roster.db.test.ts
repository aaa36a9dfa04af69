import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ReefEvent } from '../../contract/index.ts'
import { createJournal } from '../journal/index.ts'
import { createManualClock } from '../kernel/clock.ts'
import { migrate, openReader, openWriter } from '../store/index.ts'
import { createRoster } from './roster.ts'

const root = join(import.meta.dirname, '../../..')
const rex = (line = 'temperature: 0.1') => `---\nname: Rex\nrole: Code\nactive: true\n${line}\n---\nYou are Rex.\n`

describe('the roster', () => {
  let home: string
  let close: Array<() => void>
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'reef-roster-'))
    close = []
  })
  afterEach(() => {
    for (const end of close) end()
    rmSync(home, { recursive: true })
  })

  function open() {
    const db = openWriter(join(home, 'reef.db'))
    migrate(db, join(root, 'migrations'), 1)
    const reader = openReader(join(home, 'reef.db'))
    const clock = createManualClock()
    const journal = createJournal({ db, reader, clock, redact: (text) => text })
    const events: ReefEvent[] = []
    journal.listen((event) => events.push(event))
    close.push(
      () => db.close(),
      () => reader.close(),
    )
    const start = () => createRoster({ db, reader, clock, append: journal.append, dir: join(home, 'agents'), seedDir: join(root, 'assets/agents') })
    return { start, events, clock, path: (name: string) => join(home, 'agents', name) }
  }

  it('has the sixteen agents of the specification, six of them active (R-087…R-102, R-107)', () => {
    const { start, events } = open()
    const agents = start().list()
    expect(agents.map((agent) => agent.name)).toEqual('Ally Atlas Blaze Chase Dash Dot Echo Finn Forge Glim Hawk Kev Law Pixel Rex Scout'.split(' '))
    expect(agents.filter((agent) => agent.active).map((agent) => agent.name)).toEqual(['Atlas', 'Forge', 'Hawk', 'Kev', 'Rex', 'Scout'])
    expect(agents.every((agent) => agent.prompt.length > 600 && agent.problem === null && agent.model === null)).toBe(true)
    expect(events).toEqual([])
  })

  it('seeds once: what the owner removed stays removed, also after a restart', () => {
    const { start, path } = open()
    start()
    rmSync(path('blaze.md'))
    expect(
      start()
        .list()
        .some((agent) => agent.name === 'Blaze'),
    ).toBe(false)
  })

  it('keeps the last good version in force when a file turns bad, and reports that content once', () => {
    const { start, events, path } = open()
    const roster = start()
    writeFileSync(path('rex.md'), rex())
    roster.reload()
    writeFileSync(path('rex.md'), rex('temperature: hot'))
    roster.reload()
    roster.reload()
    start().reload()
    const view = roster.get('Rex')
    expect({ temperature: view.temperature, line: view.problem?.line }).toEqual({ temperature: 0.1, line: 5 })
    expect(events.map((event) => event.type)).toEqual(['agent.changed', 'agent.rejected'])
    expect(roster.file('Rex')).toContain('hot')
    expect(() => roster.set('Rex', { active: false }, 'owner')).toThrowError(expect.objectContaining({ code: 'agent/invalid' }))
    writeFileSync(path('rex.md'), rex())
    roster.reload()
    expect(roster.get('Rex').problem).toBeNull()
  })

  it('saves a good file, refuses a bad one with its line and changes nothing', () => {
    const { start, events, path } = open()
    const roster = start()
    const saved = roster.save('Rex', rex(), 'owner')
    expect(saved.temperature).toBe(0.1)
    expect(() => roster.save('Rex', rex('driver: telepathy'), 'owner')).toThrowError(
      expect.objectContaining({ code: 'agent/invalid', field: 'driver', message: expect.stringContaining('line 5') }),
    )
    expect(() => roster.save('Rex', rex().replace('Rex', 'Max'), 'owner')).toThrowError(expect.objectContaining({ field: 'name' }))
    expect(() => roster.get('Nobody')).toThrowError(expect.objectContaining({ code: 'agent/unknown' }))
    expect(readFileSync(path('rex.md'), 'utf8')).toBe(rex())
    expect(readdirSync(join(home, 'agents')).filter((name) => name.endsWith('.tmp'))).toEqual([])
    expect(events.map((event) => event.type)).toEqual(['agent.changed'])
  })

  it('sets single keys and keeps the body', () => {
    const { start } = open()
    const roster = start()
    const before = roster.get('Scout')
    const after = roster.set('Scout', { model: 'cerebras/llama-4', active: false }, 'owner')
    expect({ ...after, version: '', acceptedAt: 0 }).toEqual({ ...before, model: 'cerebras/llama-4', active: false, version: '', acceptedAt: 0 })
    expect(start().get('Scout')).toEqual(after)
  })

  it('takes a new agent from a file, refuses a second file for the same name', () => {
    const { start, events, path } = open()
    const roster = start()
    writeFileSync(path('nova.md'), rex().replaceAll('Rex', 'Nova'))
    writeFileSync(path('zz-nova.md'), rex().replaceAll('Rex', 'Nova'))
    roster.reload()
    expect(roster.get('Nova').role).toBe('Code')
    expect(events.map((event) => [event.type, event.subject])).toEqual([
      ['agent.changed', 'Nova'],
      ['agent.rejected', 'zz-nova.md'],
    ])
  })

  it('notices an edit by itself while it watches', async () => {
    const { start, path } = open()
    const roster = start()
    const stop = roster.watch()
    writeFileSync(path('rex.md'), rex('temperature: 0.7'))
    await expect.poll(() => roster.get('Rex').temperature, { timeout: 4000 }).toBe(0.7)
    stop()
  })
})
