import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AttemptId, PlanId } from '../../src/contract/index.ts'
import { newId } from '../../src/engine/kernel/id.ts'
import { createWorkspaces, type Workspaces } from '../../src/engine/workspaces/index.ts'
import { git, openWorld, put, type World } from './world.ts'

let world: World
let workspaces: Workspaces
beforeEach(() => {
  world = openWorld()
  workspaces = createWorkspaces(world.deps)
})
afterEach(() => world.close())

const planId = 'plan_01JD3W6Q2V8Y5N7R4T9XBCMHKZ' as PlanId
const newAttempt = () => newId('att', world.clock) as AttemptId

/** A project with a plan branch; answers what a worktree is opened with. */
async function begin() {
  await workspaces.ensureProject('shop')
  const { branch } = await workspaces.openPlanBranch({ project: 'shop', planId, title: 'A shop for tea' })
  return { project: 'shop', planBranch: branch, key: 'T1', n: 1 }
}
const commit = (worktree: string, message = 'T1: tea') => workspaces.commitAll({ worktree, message, agent: 'Rex' })

describe('a project', () => {
  it('is a git repository with a first commit on main, made once however often it is asked for (R-083)', async () => {
    const [one, two] = await Promise.all([workspaces.ensureProject('shop', 'owner'), workspaces.ensureProject('shop', 'owner')])
    expect(two).toEqual(one)
    expect(git(one.path, 'log', '--format=%an %s')).toBe('REEF Begin shop')
    expect(git(one.path, 'ls-files').split('\n')).toEqual(['.gitignore', 'README.md'])
    expect(world.toldOf('project.created').map((event) => [event.actor, event.data])).toEqual([['owner', one]])
    expect(workspaces.projects()).toEqual([one])
  })

  it.each(['nothing', 'a folder', 'git init', 'files not committed'])('is finished after a crash that left %s (R-083, R-328)', async (left) => {
    const path = join(world.dataDir, 'projects/shop')
    world.db
      .prepare("INSERT INTO project (id, name, path, registered, main_branch, created_at) VALUES ('prj_01JD3W6Q2V8Y5N7R4T9XBCMHKZ', 'shop', ?, 0, 'main', 0)")
      .run(path)
    if (left !== 'nothing') mkdirSync(path, { recursive: true })
    if (left.startsWith('git') || left.startsWith('files')) git(path, 'init', '-q', '-b', 'main')
    if (left.startsWith('files')) put(path, { 'README.md': '# mine\n' })
    expect(workspaces.projects()).toEqual([])
    await workspaces.ensureProject('shop')
    expect(git(path, 'status', '--porcelain')).toBe('')
    expect(readFileSync(join(path, 'README.md'), 'utf8')).toBe(left.startsWith('files') ? '# mine\n' : '# shop\n')
    expect(world.toldOf('project.created')).toHaveLength(1)
  })

  it('can be a repository of the owner’s, in which nothing is changed by taking it in (R-083)', async () => {
    const path = join(world.dir, 'mine')
    mkdirSync(path)
    const add = (name: string, folder: string) =>
      workspaces.registerProject(name, folder).catch((error) => `${error.code}: ${error.message.replaceAll(world.dir, '')}`)
    expect(await add('mine', join(world.dir, 'gone'))).toBe('project/invalid: There is no folder /gone.')
    expect(await add('mine', path)).toBe('project/invalid: /mine is not a git repository.')
    git(path, 'init', '-q', '-b', 'trunk')
    expect(await add('mine', path)).toBe('project/invalid: /mine has no commit yet.')
    git(path, 'commit', '-q', '--allow-empty', '-m', 'one')
    expect(await add('No Good', path)).toMatch(/^project\/invalid: A project name/)
    expect(await add('mine', path)).toMatchObject({ name: 'mine', path, registered: true, mainBranch: 'trunk' })
    expect(await add('other', path)).toBe('project/invalid: /mine is registered already, as mine.')
    expect(await add('mine', path)).toBe('project/invalid: There is a project mine already.')
    const { path: inside } = await workspaces.ensureProject('shop')
    expect(await add('inside', inside)).toMatch(/lies inside REEF's own data directory/)
    expect(git(path, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/trunk')
  })
})

describe('a worktree', () => {
  it('gives each attempt a folder and a branch of its own, from the plan’s branch (R-074, R-077)', async () => {
    const input = await begin()
    expect(input.planBranch).toBe('reef/a-shop-for-tea-bcmhkz')
    const ids = [newAttempt(), newAttempt(), newAttempt()]
    const opened = await Promise.all(ids.map((attemptId, i) => workspaces.openWorktree({ ...input, attemptId, key: `T${i + 1}` })))
    expect(opened.map((one) => [one.path, one.branch])).toEqual(
      ids.map((id, i) => [join(world.dataDir, 'worktrees', id), `reef/attempt/a-shop-for-tea-bcmhkz/T${i + 1}-1`]),
    )
    for (const [i, one] of opened.entries()) put(one.path, { 'same.txt': `${i}` })
    const commits = await Promise.all(opened.map((one) => commit(one.path)))
    expect(new Set(commits.map((one) => one.headSha)).size).toBe(3)
    expect(await workspaces.openPlanBranch({ project: 'shop', planId, title: 'A shop for tea' })).toEqual({
      branch: input.planBranch,
      sha: git(workspaces.projectPath('shop'), 'rev-parse', 'main'),
    })
  })

  it('is opened once for an attempt, and two attempts never share a branch (R-074)', async () => {
    const input = await begin()
    const attemptId = newAttempt()
    const first = await workspaces.openWorktree({ ...input, attemptId })
    put(first.path, { 'half.txt': 'work' })
    expect(await workspaces.openWorktree({ ...input, attemptId })).toEqual(first)
    expect(readFileSync(join(first.path, 'half.txt'), 'utf8')).toBe('work')
    const other = await workspaces.openWorktree({ ...input, attemptId: newAttempt() })
    expect(other.branch).toMatch(/\/T1-1-\w{6}$/)
  })

  it.each(['the row', 'the branch', 'a locked half', 'a stray folder'])('is made whole after a crash that left only %s (R-074, R-328)', async (left) => {
    const input = await begin()
    const attemptId = newAttempt()
    const { path, branch } = await workspaces.openWorktree({ ...input, attemptId })
    const repository = workspaces.projectPath('shop')
    const admin = join(repository, '.git/worktrees', attemptId)
    world.db.prepare('UPDATE worktree SET ready_at = NULL').run()
    rmSync(path, { recursive: true })
    if (left === 'a locked half') {
      rmSync(join(admin, 'index'))
      writeFileSync(join(admin, 'locked'), 'initializing')
      put(path, { 'README.md': 'ha' })
    } else rmSync(admin, { recursive: true })
    if (left === 'the row') git(repository, 'branch', '-D', branch)
    if (left === 'a stray folder') put(path, { 'README.md': 'ha' })
    expect((await workspaces.openWorktree({ ...input, attemptId })).branch).toBe(branch)
    expect(git(path, 'status', '--porcelain', '--branch')).toBe(`## ${branch}`)
    await workspaces.recover()
    expect(existsSync(path)).toBe(true)
  })

  it('goes on from an earlier attempt’s work, measured against the plan (R-074)', async () => {
    const input = await begin()
    const one = await workspaces.openWorktree({ ...input, attemptId: newAttempt() })
    put(one.path, { 'tea.txt': 'green\n' })
    const { headSha } = await commit(one.path)
    const two = await workspaces.openWorktree({ ...input, attemptId: newAttempt(), n: 2, from: headSha })
    expect(readFileSync(join(two.path, 'tea.txt'), 'utf8')).toBe('green\n')
    expect(two.baseSha).toBe(one.baseSha)
    expect(await commit(two.path)).toEqual({ headSha, changed: true, files: 1, insertions: 1, deletions: 0 })
  })

  it('loses its folder only when everything is committed; the branch stays (R-337, field c8)', async () => {
    const input = await begin()
    const attemptId = newAttempt()
    const { path, branch } = await workspaces.openWorktree({ ...input, attemptId })
    put(path, { 'tea.txt': 'green\n', 'node_modules/x/index.js': '1' })
    expect(await workspaces.closeWorktree(attemptId)).toEqual({ kind: 'kept', reason: 'it holds changes that are not committed: tea.txt' })
    git(path, 'checkout', '-q', '--detach')
    git(path, 'add', 'tea.txt')
    git(path, 'commit', '-q', '-m', 'elsewhere')
    expect(await workspaces.closeWorktree(attemptId)).toEqual({ kind: 'kept', reason: `it holds commits that are not on ${branch}` })
    const { headSha } = await commit(path)
    expect((await workspaces.worktrees()).map((one) => [one.attemptId, one.bytes > 0])).toEqual([[attemptId, true]])
    expect(await workspaces.closeWorktree(attemptId)).toEqual({ kind: 'closed' })
    expect(await workspaces.closeWorktree(attemptId)).toEqual({ kind: 'closed' })
    expect(existsSync(path)).toBe(false)
    expect(git(workspaces.projectPath('shop'), 'rev-parse', branch)).toBe(headSha)
    expect(await workspaces.worktrees()).toEqual([])
  })
})

describe('a commit of what an agent left', () => {
  it('is the agent’s by name, keeps its own commits and leaves ignored files and dependencies out (R-077)', async () => {
    const { path } = await workspaces.openWorktree({ ...(await begin()), attemptId: newAttempt() })
    put(path, { 'a.txt': '1\n' })
    git(path, 'add', '.')
    git(path, 'commit', '-q', '-m', 'own words')
    put(path, { 'b.txt': '2\n', '.gitignore': 'secret\n', secret: 'x', 'web/node_modules/x.js': 'x', 'ключ "b".txt': '3\n' })
    const first = await workspaces.commitAll({ worktree: path, message: 'T1: tea', agent: 'Rex', body: 'Attempt 1' })
    expect(git(path, 'log', '--format=%an|%s|%b', '-2')).toBe('Rex|T1: tea|Attempt 1\n\nOwner|own words|')
    expect(git(path, '-c', 'core.quotePath=false', 'ls-files', '-z').split('\0')).toEqual(['.gitignore', 'README.md', 'a.txt', 'b.txt', 'ключ "b".txt', ''])
    expect(await commit(path)).toEqual(first)
    expect(first).toMatchObject({ changed: true, files: 4 })
  })

  it('of nothing is no error and no commit', async () => {
    const { path, baseSha } = await workspaces.openWorktree({ ...(await begin()), attemptId: newAttempt() })
    expect(await commit(path)).toEqual({ headSha: baseSha, changed: false, files: 0, insertions: 0, deletions: 0 })
  })

  it('lands on the attempt’s branch wherever the agent left HEAD, and loses none of its commits (field c8)', async () => {
    const input = await begin()
    const { path, branch } = await workspaces.openWorktree({ ...input, attemptId: newAttempt() })
    put(path, { 'a.txt': '1' })
    git(path, 'add', '.')
    git(path, 'commit', '-q', '-m', 'one')
    const own = git(path, 'rev-parse', 'HEAD')
    git(path, 'checkout', '-q', '-b', 'my-feature', 'HEAD~1')
    put(path, { 'b.txt': '2' })
    const { headSha } = await commit(path)
    const repository = workspaces.projectPath('shop')
    expect(git(repository, 'rev-parse', branch)).toBe(headSha)
    expect(git(path, 'symbolic-ref', 'HEAD')).toBe(`refs/heads/${branch}`)
    expect(git(repository, 'for-each-ref', '--contains', own, '--format=%(refname)')).toContain(`refs/reef/kept/${own}`)
    expect(git(repository, 'rev-parse', 'main')).toBe(git(repository, 'rev-parse', input.planBranch))
  })

  it('survives a removed .git file and a repository that a tool made inside (R-074)', async () => {
    const attemptId = newAttempt()
    const { path, branch } = await workspaces.openWorktree({ ...(await begin()), attemptId })
    rmSync(join(path, '.git'))
    put(path, { 'web/index.html': '<p>' })
    git(join(path, 'web'), 'init', '-q')
    await commit(path)
    expect(git(workspaces.projectPath('shop'), 'show', `${branch}:web/index.html`)).toBe('<p>')
    expect(readdirSync(join(world.dataDir, 'set-aside', attemptId))).toHaveLength(1)
  })

  it('refuses a file over 50 MB by name and leaves everything as it is', async () => {
    const { path } = await workspaces.openWorktree({ ...(await begin()), attemptId: newAttempt() })
    put(path, { 'film.mov': '' })
    truncateSync(join(path, 'film.mov'), 51 * 1024 * 1024)
    await expect(commit(path)).rejects.toMatchObject({ code: 'project/invalid', message: 'film.mov has 51 MB; files over 50 MB are not committed.' })
    expect(existsSync(join(path, 'film.mov'))).toBe(true)
  })

  it('runs no hook and no program that the agent configured', async () => {
    const { path } = await workspaces.openWorktree({ ...(await begin()), attemptId: newAttempt() })
    const mark = join(world.dir, 'ran')
    put(world.dir, { hook: `#!/bin/sh\ntouch ${mark}\n` })
    git(path, 'config', 'core.hooksPath', world.dir)
    git(path, 'config', 'core.fsmonitor', `touch ${mark}`)
    git(path, 'config', 'diff.external', `touch ${mark}`)
    put(path, { 'a.txt': '1' })
    const { headSha } = await commit(path)
    await workspaces.diff({ project: 'shop', baseSha: `${headSha}~1`, headSha, maxBytes: 1000 })
    expect(existsSync(mark)).toBe(false)
  })
})

describe('a difference and an export', () => {
  it('are cut at a line end when long, and say so', async () => {
    const { path, baseSha } = await workspaces.openWorktree({ ...(await begin()), attemptId: newAttempt() })
    put(path, { 'long.txt': 'line of text\n'.repeat(400_000), 'short.txt': 'x\n' })
    const { headSha } = await commit(path)
    const cut = await workspaces.diff({ project: 'shop', baseSha, headSha, maxBytes: 5000 })
    expect([cut.truncated, cut.text.length <= 5000, cut.text.endsWith('+line of text\n'), cut.files]).toEqual([true, true, true, ['long.txt', 'short.txt']])
    expect(cut.text).not.toContain('output cut')
    expect((await workspaces.diff({ project: 'shop', baseSha, headSha: baseSha, maxBytes: 10 })).text).toBe('')
  })

  it('holds exactly the files of the commit, without history, and is whole or not there (R-242)', async () => {
    const { path } = await workspaces.openWorktree({ ...(await begin()), attemptId: newAttempt() })
    put(path, { 'bin/run.sh': 'echo\n' })
    const { headSha } = await commit(path)
    const dir = join(world.dataDir, 'releases/one')
    mkdirSync(`${dir}.part/half`, { recursive: true })
    expect(await workspaces.checkout({ project: 'shop', sha: headSha, dir })).toBe(headSha)
    expect(await workspaces.checkout({ project: 'shop', sha: headSha, dir })).toBe(headSha)
    expect(readdirSync(dir).sort()).toEqual(['.gitignore', 'README.md', 'bin'])
    expect(readdirSync(join(dir, '..'))).toEqual(['one'])
    expect(git(workspaces.projectPath('shop'), 'status', '--porcelain')).toBe('')
    expect(await workspaces.readAt({ project: 'shop', sha: headSha, path: 'bin/run.sh' })).toBe('echo\n')
    expect(await workspaces.readAt({ project: 'shop', sha: headSha, path: 'none' })).toBeUndefined()
  })
})

describe('an artifact', () => {
  it('is kept by its hash, once for an attempt and path, and read back as text or as nothing', async () => {
    const ids = world.seedTask()
    const { path } = await workspaces.openWorktree({ ...(await begin()), attemptId: ids.attemptId })
    put(path, { 'docs/plan.md': '# Té\n', 'logo.png': 'a\0b', 'deep/x.txt': 'x' })
    const input = { ...ids, worktree: path, paths: ['docs/plan.md', 'logo.png', 'deep'] }
    const recorded = await workspaces.recordArtifacts(input)
    expect(await workspaces.recordArtifacts(input)).toEqual(recorded)
    expect(recorded.map((one) => [one.path, one.mediaType, one.bytes])).toEqual([
      ['docs/plan.md', 'text/markdown', 6],
      ['logo.png', 'image/png', 3],
    ])
    expect(world.toldOf('artifact.recorded')).toHaveLength(2)
    expect(workspaces.artifacts(ids.planId)).toEqual(recorded)
    const [text, image] = await Promise.all(recorded.map((one) => workspaces.readArtifact(one.id, 1000)))
    expect([text?.text, image?.text]).toEqual(['# Té\n', null])
    expect(await workspaces.readArtifact(recorded[0]?.id ?? '', 4)).toMatchObject({ text: '# T', truncated: true })
    await expect(workspaces.readArtifact('art_x', 1)).rejects.toMatchObject({ code: 'artifact/unknown' })
  })

  it.each(['../secret', '/etc/hostname', 'link', 'dir/link', 'gone', 'docs/../../secret'])('is never taken from outside the worktree: %s', async (bad) => {
    const ids = world.seedTask()
    const { path } = await workspaces.openWorktree({ ...(await begin()), attemptId: ids.attemptId })
    put(world.dataDir, { 'worktrees/secret': 'x' })
    mkdirSync(join(path, 'dir'))
    symlinkSync('../secret', join(path, 'link'))
    symlinkSync('/etc/hostname', join(path, 'dir/link'))
    await expect(workspaces.recordArtifacts({ ...ids, worktree: path, paths: [bad] })).rejects.toMatchObject({ code: 'input/invalid' })
  })
})
