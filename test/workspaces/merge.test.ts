import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AttemptId, PlanId } from '../../src/contract/index.ts'
import { newId } from '../../src/engine/kernel/id.ts'
import { createWorkspaces, type Workspaces } from '../../src/engine/workspaces/index.ts'
import { mergeBranches, moveRef } from '../../src/engine/workspaces/merge.ts'
import { git, openWorld, put, type World } from './world.ts'

let world: World
let workspaces: Workspaces
beforeEach(() => {
  world = openWorld()
  workspaces = createWorkspaces(world.deps)
})
afterEach(() => world.close())

const planId = 'plan_01JD3W6Q2V8Y5N7R4T9XBCMHKZ' as PlanId

async function begin(project = 'shop') {
  if (project === 'shop') await workspaces.ensureProject('shop')
  const { branch } = await workspaces.openPlanBranch({ project, planId, title: 'Tea' })
  return { project, planBranch: branch }
}
/** A finished attempt that wrote these files; answers its commit. */
async function build(plan: { project: string; planBranch: string }, key: string, files: Record<string, string>): Promise<string> {
  const { path } = await workspaces.openWorktree({ ...plan, attemptId: newId('att', world.clock) as AttemptId, key, n: 1 })
  put(path, files)
  return (await workspaces.commitAll({ worktree: path, message: key, agent: 'Rex' })).headSha
}

describe('parallel work', () => {
  it('comes together on the plan’s branch, once, without touching a checkout (R-075)', async () => {
    const plan = await begin()
    const repository = workspaces.projectPath('shop')
    const heads = await Promise.all(['T1', 'T2', 'T3'].map((key) => build(plan, key, { [`${key}.txt`]: key })))
    const merge = (from: string) => workspaces.merge({ project: 'shop', into: plan.planBranch, from, message: 'in' })
    const first = await Promise.all(heads.map(merge))
    expect(first.map((answer) => answer.kind)).toEqual(['merged', 'merged', 'merged'])
    expect(await Promise.all(heads.map(merge))).toEqual(first.map((answer) => ({ ...answer, kind: 'already' })))
    expect(git(repository, 'ls-tree', '--name-only', plan.planBranch).split('\n')).toEqual(['.gitignore', 'README.md', 'T1.txt', 'T2.txt', 'T3.txt'])
    expect(git(repository, 'status', '--porcelain')).toBe('')
    expect(git(repository, 'rev-parse', 'main')).not.toBe(git(repository, 'rev-parse', plan.planBranch))
  })

  it('that touched the same lines is a conflict with the files named, and nothing has moved (R-076)', async () => {
    const plan = await begin()
    const [one, two] = await Promise.all([build(plan, 'T1', { 'README.md': 'green\n', 'a.txt': '1' }), build(plan, 'T2', { 'README.md': 'black\n' })])
    await workspaces.merge({ project: 'shop', into: plan.planBranch, from: one, message: 'in' })
    const before = git(workspaces.projectPath('shop'), 'rev-parse', plan.planBranch)
    const answer = await workspaces.merge({ project: 'shop', into: plan.planBranch, from: two, message: 'in' })
    expect(answer).toEqual({ kind: 'conflict', files: ['README.md'] })
    expect(git(workspaces.projectPath('shop'), 'rev-parse', plan.planBranch)).toBe(before)
  })

  it('in conflict is settled in a worktree that shows both sides, and not before every marker is gone (R-075, R-076)', async () => {
    const plan = await begin()
    const [one, two] = await Promise.all([build(plan, 'T1', { 'README.md': 'green\n' }), build(plan, 'T2', { 'README.md': 'black\n' })])
    const merge = (from: string) => workspaces.merge({ project: 'shop', into: plan.planBranch, from, message: 'in' })
    await merge(one)
    const input = { ...plan, attemptId: newId('att', world.clock) as AttemptId, key: 'IT2', n: 1, merging: two }
    const opened = await workspaces.openConflictWorktree(input)
    expect(opened.files).toEqual(['README.md'])
    expect(readFileSync(join(opened.path, 'README.md'), 'utf8')).toMatch(/<<<<<<< .*\ngreen\n=======\nblack\n>>>>>>> /)
    expect((await workspaces.openConflictWorktree(input)).files).toEqual(['README.md'])
    const finish = () => workspaces.finishConflict({ worktree: opened.path, message: 'both', agent: 'Rex' })
    await expect(finish()).rejects.toMatchObject({ code: 'workspace/conflict', message: 'Conflict markers are left in README.md.' })
    put(opened.path, { 'README.md': 'green and black\n' })
    const { headSha } = await finish()
    expect(await finish()).toMatchObject({ headSha })
    expect(git(opened.path, 'log', '-1', '--format=%an %s %p').split(' ')).toHaveLength(4)
    expect((await merge(headSha)).kind).toBe('merged')
    expect((await merge(two)).kind).toBe('already')
    expect((await workspaces.openConflictWorktree({ ...input, attemptId: newId('att', world.clock) as AttemptId, n: 2 })).files).toEqual([])
  })

  it('merged twice, in any order and with work in between, is merged once (R-075, R-336)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'reef-merge-'))
    git(folder, 'init', '-q', '-b', 'main')
    git(folder, 'commit', '-q', '--allow-empty', '-m', 'root')
    const place = { cwd: folder }
    const step = fc.oneof(
      fc.record({ kind: fc.constant('work' as const), branch: fc.constantFrom('a', 'b'), file: fc.constantFrom('x', 'y', 'z') }),
      fc.record({ kind: fc.constant('merge' as const), from: fc.constantFrom('a', 'b'), into: fc.constantFrom('a', 'b', 'main') }),
    )
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const name = (branch: string) => `${run}-${branch}`
        run += 1
        for (const branch of ['a', 'b', 'main']) git(folder, 'branch', name(branch), 'main')
        for (const [i, one] of steps.entries()) {
          if (one.kind === 'work') {
            git(folder, 'checkout', '-q', name(one.branch))
            writeFileSync(join(folder, one.file), `${i}`)
            git(folder, 'add', '.')
            git(folder, 'commit', '-q', '-m', `${i}`)
            git(folder, 'checkout', '-q', '--detach')
            continue
          }
          const merge = () => mergeBranches(place, name(one.into), name(one.from), 'in', moveRef)
          const from = git(folder, 'rev-parse', name(one.from))
          const first = await merge()
          const after = git(folder, 'rev-parse', name(one.into))
          const second = await merge()
          expect(git(folder, 'rev-parse', name(one.into))).toBe(after)
          expect(second).toEqual(first.kind === 'conflict' ? first : { kind: 'already', commit: first.commit })
          const inside = git(folder, 'branch', '--contains', from, '--format=%(refname:short)').split('\n').includes(name(one.into))
          expect(inside).toBe(first.kind !== 'conflict')
        }
      }),
      { numRuns: 25 },
    )
    rmSync(folder, { recursive: true })
  }, 60_000)
})

describe('delivery into main', () => {
  const deliver = (project: string, from: string) => workspaces.mergeIntoMain({ project, from, message: 'Deliver Tea', planId })

  /** A repository of the owner's with a plan branch that holds one build. */
  async function mine(files: Record<string, string> = { 'tea.txt': 'green\n' }) {
    const path = join(world.dir, 'mine')
    mkdirSync(path)
    git(path, 'init', '-q', '-b', 'main')
    put(path, { 'README.md': 'mine\n', '.gitignore': '.env\n' })
    git(path, 'add', '.')
    git(path, 'commit', '-q', '-m', 'one')
    await workspaces.registerProject('mine', path)
    const plan = await begin('mine')
    await workspaces.merge({ project: 'mine', into: plan.planBranch, from: await build(plan, 'T1', files), message: 'in' })
    return { path, branch: plan.planBranch }
  }

  it('moves main and its checkout, tells it once, and is found done the second time, whatever came after (R-075, R-336)', async () => {
    const plan = await begin()
    const repository = workspaces.projectPath('shop')
    await workspaces.merge({ project: 'shop', into: plan.planBranch, from: await build(plan, 'T1', { 'tea.txt': 'green\n' }), message: 'in' })
    const first = await deliver('shop', plan.planBranch)
    expect(first.kind).toBe('merged')
    expect(readFileSync(join(repository, 'tea.txt'), 'utf8')).toBe('green\n')
    expect(git(repository, 'status', '--porcelain')).toBe('')
    git(repository, 'commit', '-q', '--allow-empty', '-m', 'later')
    expect(await deliver('shop', plan.planBranch)).toEqual({ ...first, kind: 'already' })
    expect(world.toldOf('branch.merged').map((event) => event.data)).toEqual([
      { planId, project: 'shop', from: plan.planBranch, into: 'main', commit: first.kind === 'merged' && first.commit },
    ])
    const commit = first.kind === 'merged' ? first.commit : ''
    const base = await workspaces.planBase({ project: 'shop', planId, commit })
    expect((await workspaces.diff({ project: 'shop', baseSha: base, headSha: commit, maxBytes: 1000 })).files).toEqual(['tea.txt'])
  })

  it('of a plan that changed nothing answers the commit that is there', async () => {
    const plan = await begin()
    const head = git(workspaces.projectPath('shop'), 'rev-parse', 'main')
    expect(await deliver('shop', plan.planBranch)).toEqual({ kind: 'already', commit: head })
    git(workspaces.projectPath('shop'), 'commit', '-q', '--allow-empty', '-m', 'later')
    expect(await deliver('shop', plan.planBranch)).toEqual({ kind: 'already', commit: head })
    expect(await workspaces.planBase({ project: 'shop', planId, commit: head })).toBe(head)
  })

  it('stops at uncommitted work of the owner, by name, and changes nothing (R-076, field c8)', async () => {
    const { path, branch } = await mine()
    put(path, { 'README.md': 'my words\n' })
    const before = git(path, 'rev-parse', 'main')
    await expect(deliver('mine', branch)).rejects.toMatchObject({ code: 'project/dirty', message: `${path} has changes that are not committed: README.md.` })
    expect([git(path, 'rev-parse', 'main'), readFileSync(join(path, 'README.md'), 'utf8')]).toEqual([before, 'my words\n'])
    git(path, 'checkout', '-q', 'README.md')
    expect((await deliver('mine', branch)).kind).toBe('merged')
  })

  it.each([
    ['new', { 'tea.txt': 'green\n' }, 'tea.txt'],
    ['ignored', { '.env': 'KEY=theirs\n', '.gitignore': '\n' }, '.env'],
  ])('never overwrites a %s file of the owner that git does not know (field c8)', async (_, files, file) => {
    const { path, branch } = await mine(files)
    put(path, { [file]: 'my own\n', 'notes.txt': 'mine' })
    await expect(deliver('mine', branch)).rejects.toMatchObject({ code: 'project/dirty' })
    expect(readFileSync(join(path, file), 'utf8')).toBe('my own\n')
    rmSync(join(path, file))
    expect((await deliver('mine', branch)).kind).toBe('merged')
    expect(readFileSync(join(path, 'notes.txt'), 'utf8')).toBe('mine')
  })

  it('finishes what a crash cut off between the files and the branch (R-328)', async () => {
    const { path, branch } = await mine({ 'tea.txt': 'green\n', 'README.md': 'new\n' })
    put(path, { 'tea.txt': 'green\n', 'README.md': 'new\n' })
    expect((await deliver('mine', branch)).kind).toBe('merged')
    expect(git(path, 'status', '--porcelain')).toBe('')
  })

  it('leaves the owner’s checkout of another branch alone', async () => {
    const { path, branch } = await mine()
    git(path, 'checkout', '-q', '-b', 'mine')
    put(path, { 'README.md': 'in the middle of it\n' })
    const answer = await deliver('mine', branch)
    expect(git(path, 'rev-parse', 'main')).toBe(answer.kind === 'merged' && answer.commit)
    expect(git(path, 'status', '--porcelain')).toBe('M README.md')
  })

  it('loses neither of two commits when main moves at the same moment (R-336)', async () => {
    const { path, branch } = await mine()
    git(path, 'checkout', '-q', '--detach')
    let meddled = false
    const answer = await mergeBranches({ cwd: path }, 'main', branch, 'in', async (place, into, to, old) => {
      if (!meddled) {
        meddled = true
        git(path, 'update-ref', 'refs/heads/main', git(path, 'commit-tree', `${old}^{tree}`, '-p', old, '-m', 'meanwhile'))
      }
      return moveRef(place, into, to, old)
    })
    expect(answer.kind).toBe('merged')
    expect(git(path, 'log', '--format=%s', 'main').split('\n')).toContain('meanwhile')
  })
})

it('says in one sentence that git is missing (R-074)', async () => {
  const path = process.env.PATH
  process.env.PATH = '/nonexistent'
  try {
    await expect(workspaces.ensureProject('shop')).rejects.toMatchObject({ code: 'workspace/git-failed', remedy: expect.stringContaining('Install git') })
  } finally {
    process.env.PATH = path
  }
})
