import { existsSync } from 'node:fs'
import { mkdir, realpath, writeFile } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import type { Actor, ProjectId, ProjectView } from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import { type WriteDb, write } from '../store/index.ts'
import { projectName } from './branch.ts'
import { askGit, findCommit, runGit } from './git.ts'
import type { Serial } from './serial.ts'
import { type Project, toView, type WorkspacesStore } from './workspaces.store.ts'

export type ProjectDeps = {
  readonly db: WriteDb
  readonly store: WorkspacesStore
  readonly clock: Clock
  readonly append: Append
  readonly dataDir: string
  readonly serial: Serial
}

const IGNORE = ['node_modules/', '.venv/', '__pycache__/', 'target/', 'coverage/', '.env', '*.log', ''].join('\n')

export function createProjects({ db, store, clock, append, dataDir, serial }: ProjectDeps) {
  const toNew = (name: string, path: string, registered: boolean, mainBranch: string): ProjectView => ({
    id: newId('prj', clock) as ProjectId,
    name,
    path,
    registered,
    mainBranch,
    createdAt: clock.now(),
  })

  function markReady(project: Project, actor: Actor): ProjectView {
    return write(db, () => {
      const ready = store.readyProject(project.id, clock.now())
      if (ready) append({ type: 'project.created', subject: project.id, actor, data: toView(ready) })
      return toView(ready ?? project)
    })
  }

  /** Every step may have been done before: by a call that a crash cut off. Files that are there are never overwritten. */
  async function makeRepository({ name, path }: Project): Promise<void> {
    await mkdir(path, { recursive: true })
    const place = { cwd: path }
    await runGit(place, ['init', '--quiet', '--template=', '--initial-branch=main'])
    // Agents commit in worktrees of this repository; without a name git refuses them.
    await runGit(place, ['config', 'user.name', 'REEF'])
    await runGit(place, ['config', 'user.email', 'reef@reef.invalid'])
    if (await findCommit(place, 'refs/heads/main')) return
    const files = { 'README.md': `# ${name}\n`, '.gitignore': IGNORE }
    for (const [file, text] of Object.entries(files)) if (!existsSync(join(path, file))) await writeFile(join(path, file), text)
    await runGit(place, ['add', '--force', '--', ...Object.keys(files)])
    await runGit(place, ['commit', '--quiet', '--no-verify', '-m', `Begin ${name}`])
  }

  function mustFind(name: string): Project {
    const project = store.project(name)
    if (!project) throw new ReefError('project/unknown', `There is no project ${name}.`, { field: 'project', remedy: 'List them with: reef project list' })
    return project
  }

  return {
    mustFind,

    /** The project of that name, made as `<data dir>/projects/<name>` with one commit on main when there is none. */
    ensure: (name: string, actor: Actor): Promise<ProjectView> =>
      serial(name, async () => {
        const known = store.project(name)
        if (known?.readyAt != null) return toView(known)
        if (!projectName.test(name)) throw new ReefError('project/invalid', 'A project name is lower-case letters, digits and dashes.', { field: 'project' })
        if (!known) write(db, () => store.insertProject(toNew(name, join(dataDir, 'projects', name), false, 'main')))
        const project = mustFind(name)
        await makeRepository(project)
        return markReady(project, actor)
      }),

    /** Takes in a repository that exists; nothing in it is changed. */
    register: (name: string, path: string, actor: Actor): Promise<ProjectView> =>
      serial(name, async () => {
        const refuse = (message: string, field: string, remedy?: string) => new ReefError('project/invalid', message, { field, ...(remedy && { remedy }) })
        if (!projectName.test(name)) throw refuse('A project name is lower-case letters, digits and dashes.', 'name')
        if (store.project(name)) throw refuse(`There is a project ${name} already.`, 'name', 'Choose another name.')
        if (!existsSync(path)) throw refuse(`There is no folder ${path}.`, 'path')
        const real = await realpath(resolve(path))
        if (`${real}${sep}`.startsWith(`${await realpath(dataDir)}${sep}`))
          throw refuse(`${path} lies inside REEF's own data directory.`, 'path', 'Move the repository out of it first.')
        const top = await runGit({ cwd: real }, ['rev-parse', '--show-toplevel'], { allow: [128] })
        if (top.code !== 0) throw refuse(`${path} is not a git repository.`, 'path', `Make it one with: git -C ${path} init`)
        const root = top.stdout.trim()
        const known = store.projectAt(root)
        if (known) throw refuse(`${root} is registered already, as ${known.name}.`, 'path')
        const main = await findMain(root)
        if (!main) throw refuse(`${root} has no commit yet.`, 'path', 'Commit something there first.')
        const project = toNew(name, root, true, main)
        write(db, () => store.insertProject(project))
        return markReady({ ...project, readyAt: null }, actor)
      }),
  }
}

/** The branch that work is delivered to: main, else master, else the one that is checked out. */
async function findMain(cwd: string): Promise<string | undefined> {
  for (const name of ['main', 'master']) if (await findCommit({ cwd }, `refs/heads/${name}`)) return name
  const head = await runGit({ cwd }, ['symbolic-ref', '--quiet', '--short', 'HEAD'], { allow: [1] })
  const name = head.stdout.trim()
  return name && (await findCommit({ cwd }, `refs/heads/${name}`)) ? name : undefined
}

/** The folder that holds the history: of a worktree too. */
export const findCommonDir = (cwd: string): Promise<string> => askGit({ cwd }, ['rev-parse', '--path-format=absolute', '--git-common-dir'])
