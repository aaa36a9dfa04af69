import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Actor, AgentChange, AgentView } from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import { watchFolder } from '../kernel/watch.ts'
import { type ReadDb, type WriteDb, write } from '../store/index.ts'
import { type AgentProblem, editAgent, parseAgent } from './frontmatter.ts'
import { createPauseStore } from './pause.store.ts'
import { createRosterStore } from './roster.store.ts'

export type RosterDeps = {
  readonly db: WriteDb
  readonly reader: ReadDb
  readonly clock: Clock
  readonly append: Append
  /** The owner's folder of agent files; made and filled from `seedDir` on the first start. */
  readonly dir: string
  readonly seedDir: string
}

type Version = Omit<AgentView, 'paused'>
type Entry = { readonly file: string; readonly view: Version }

/**
 * The roster: one markdown file per agent, as many as the owner likes. A good file comes into force at once;
 * a bad one leaves the last good version in force and says which line is at fault. An inactive agent costs nothing.
 */
export function createRoster({ db, clock, append, dir, seedDir }: RosterDeps) {
  const store = createRosterStore(db)
  const pauseStore = createPauseStore(db)
  let pauses = pauseStore.all()
  let entries = new Map<string, Entry>()
  const firstStart = !existsSync(dir) && store.isEmpty()
  let seeding = firstStart
  if (firstStart) seed(seedDir, dir)
  mkdirSync(dir, { recursive: true })

  const roster = {
    /** Every agent of the roster by name, inactive ones too. */
    list: (): AgentView[] => [...entries.values()].map(({ view }) => show(view)),
    get: (name: string): AgentView => show(find(name).view),
    /** The file as it stands on disk, good or bad. */
    file: (name: string): string => readFileSync(join(dir, find(name).file), 'utf8'),
    /** Replaces the whole file, or refuses and changes nothing. */
    save(name: string, fileText: string, actor: Actor): AgentView {
      const entry = find(name)
      const parsed = parseAgent(fileText)
      if (parsed.kind === 'bad') throw invalid(parsed)
      if (parsed.frontmatter.name !== name) throw invalid({ line: null, field: 'name', message: `the file is for ${name} and says ${parsed.frontmatter.name}` })
      writeFile(entry.file, fileText)
      return accept(entry.file, fileText, actor)
    },
    /** Changes single keys of the frontmatter; body, order and comments stay. */
    set(name: string, change: AgentChange, actor: Actor): AgentView {
      const entry = find(name)
      if (entry.view.problem)
        throw new ReefError('agent/invalid', `${entry.file} has a problem${at(entry.view.problem)}: ${entry.view.problem.message}`, {
          remedy: 'Mend the file first; a change now would overwrite what you wrote.',
        })
      return roster.save(name, editAgent(roster.file(name), change), actor)
    },
    /** Gives it no more work, and refuses its model calls, until it is resumed. Paused already: the first reason stays. */
    pause(name: string, { by, reason }: { by: NonNullable<AgentView['paused']>['by']; reason: string }, actor: Actor): AgentView {
      const { view } = find(name)
      write(db, () => {
        const pause = { at: clock.now(), by, reason }
        if (pauseStore.put(name, pause)) append({ type: 'agent.paused', subject: name, actor, data: { ...view, paused: pause } })
      })
      pauses = pauseStore.all()
      return show(view)
    },
    resume(name: string, actor: Actor): AgentView {
      const { view } = find(name)
      write(db, () => {
        if (pauseStore.drop(name)) append({ type: 'agent.resumed', subject: name, actor, data: { ...view, paused: null } })
      })
      pauses = pauseStore.all()
      return show(view)
    },
    /** Why an agent may do nothing; null when it may. */
    pausedBecause: (name: string): string | null => pauses.get(name)?.reason ?? null,
    /** Reads every file again; called by the watcher and at start. */
    reload(): void {
      for (const file of files()) judge(file, 'owner')
      const present = new Set(files())
      for (const [name, entry] of entries) if (!present.has(entry.file)) entries.delete(name)
      entries = new Map([...entries].sort(([a], [b]) => a.localeCompare(b)))
    },
    /** Reloads soon after anything in the folder changes, until the returned function is called. */
    watch: (): (() => void) => watchFolder(dir, roster.reload),
  }
  roster.reload()
  seeding = false
  return roster

  function show(view: Version): AgentView {
    return { ...view, paused: pauses.get(view.name) ?? null }
  }

  function judge(file: string, actor: Actor): void {
    const content = readFileSync(join(dir, file), 'utf8')
    const last = store.lastAccepted(file)
    if (last && last.sha256 === hash(content)) {
      keep(file, toView(file, last.content, last.sha256, last.acceptedAt, null))
      return
    }
    const parsed = parseAgent(content)
    const twin = parsed.kind === 'good' ? entries.get(parsed.frontmatter.name) : undefined
    if (parsed.kind === 'good' && (!twin || twin.file === file)) {
      accept(file, content, actor)
      return
    }
    const problem: AgentProblem =
      parsed.kind === 'bad' ? parsed : { line: null, field: 'name', message: `${twin?.file} already describes ${parsed.frontmatter.name}` }
    if (store.lastRejected(file) !== hash(content))
      write(db, () => {
        store.reject(file, hash(content), content, problem.line, problem.message)
        append({ type: 'agent.rejected', subject: file, data: { file, line: problem.line, message: problem.message } })
      })
    if (last) keep(file, toView(file, last.content, last.sha256, last.acceptedAt, { line: problem.line, message: problem.message }))
  }

  function accept(file: string, content: string, actor: Actor): AgentView {
    const version = hash(content)
    const last = store.lastAccepted(file)
    const view = toView(file, content, version, last?.sha256 === version ? last.acceptedAt : clock.now(), null)
    if (last?.sha256 !== version)
      write(db, () => {
        store.accept(file, view.name, version, content, view.acceptedAt)
        if (!seeding) append({ type: 'agent.changed', subject: view.name, actor, data: show(view) })
      })
    keep(file, view)
    return show(view)
  }

  function keep(file: string, view: Version): void {
    for (const [name, entry] of entries) if (entry.file === file && name !== view.name) entries.delete(name)
    entries.set(view.name, { file, view })
  }

  function find(name: string): Entry {
    const entry = entries.get(name)
    if (!entry) throw new ReefError('agent/unknown', `There is no agent ${name}.`, { field: 'name', remedy: 'reef agent list shows the roster.' })
    return entry
  }

  function files(): string[] {
    return readdirSync(dir)
      .filter((name) => name.endsWith('.md') && !name.startsWith('.'))
      .sort()
  }

  function writeFile(file: string, text: string): void {
    const temporary = join(dir, `.${file}.${process.pid}.tmp`)
    writeFileSync(temporary, text)
    renameSync(temporary, join(dir, file))
  }
}
export type Roster = ReturnType<typeof createRoster>

function toView(file: string, content: string, version: string, acceptedAt: AgentView['acceptedAt'], problem: AgentView['problem']): Version {
  const parsed = parseAgent(content)
  if (parsed.kind === 'bad') throw new Error(`${file}: a version that was accepted is no longer valid: ${parsed.message}`)
  return { ...parsed.frontmatter, prompt: parsed.prompt, version, problem, acceptedAt }
}

const hash = (content: string): string => createHash('sha256').update(content).digest('hex')
const at = (problem: Pick<AgentProblem, 'line'>): string => (problem.line === null ? '' : ` in line ${problem.line}`)
const invalid = (problem: AgentProblem): ReefError =>
  new ReefError('agent/invalid', `The agent file is not valid${at(problem)}: ${problem.message}`, {
    ...(problem.field && { field: problem.field }),
    remedy: 'Nothing was changed; the version in force stays.',
  })

function seed(from: string, to: string): void {
  const fresh = `${to}.seeding`
  mkdirSync(fresh, { recursive: true })
  for (const name of readdirSync(from)) if (name.endsWith('.md')) copyFileSync(join(from, name), join(fresh, name))
  renameSync(fresh, to)
}
