import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TaskKind } from '../../src/contract/index.ts'
import { findMarked } from '../../src/engine/kernel/marked.ts'
import { createQuality, type Quality, type ReviewAnswer, type ReviewInput } from '../../src/engine/quality/index.ts'
import { createWorkspaces, type Workspaces } from '../../src/engine/workspaces/index.ts'
import { git, openWorld, put, uncaged, type World } from './world.ts'

type GateInput = Parameters<Quality['gate']>[0]

let world: World
let workspaces: Workspaces
let quality: Quality
let reviews: ReviewInput[]
let answer: ReviewAnswer

const open = (cage = uncaged) =>
  createQuality({ ...world.deps, redact: (text) => text.replaceAll('hunter22', '•••'), nodePath: process.execPath, cage, keep: workspaces.keep })

beforeEach(() => {
  world = openWorld()
  workspaces = createWorkspaces(world.deps)
  quality = open()
  reviews = []
  answer = { verdict: 'pass', summary: 'fine', findings: [], model: 'two/reviewer' }
})
afterEach(() => world.close())

const review = async (input: ReviewInput) => {
  reviews.push(input)
  return answer
}
const scripts = (all: Record<string, string>, more: object = {}) => ({ 'package.json': JSON.stringify({ type: 'module', scripts: all, ...more }) })

/** An attempt that has left these files, committed; `before` is what the project had already. */
async function left(
  files: Record<string, string>,
  more: Partial<GateInput> = {},
  kind: TaskKind = 'build',
  before: Record<string, string> = {},
): Promise<GateInput> {
  const ids = world.seedTask(kind)
  const { path: project } = await workspaces.ensureProject('shop')
  if (Object.keys(before).length > 0) {
    put(project, before)
    git(project, 'add', '.')
    git(project, 'commit', '-q', '-m', 'before')
  }
  const { branch } = await workspaces.openPlanBranch({ project: 'shop', planId: ids.planId, title: 'Tea' })
  const { path, baseSha } = await workspaces.openWorktree({ project: 'shop', planBranch: branch, attemptId: ids.attemptId, key: 'T1', n: 1 })
  put(path, files)
  const { headSha } = await workspaces.commitAll({ worktree: path, message: 'T1', agent: 'Rex' })
  world.db.prepare('UPDATE attempt SET head_sha = ? WHERE id = ?').run(headSha, ids.attemptId)
  return {
    ...ids,
    kind,
    cwd: path,
    baseSha,
    headSha,
    outputs: [],
    review: 'required',
    title: 'Tea',
    instructions: 'Make tea',
    agent: 'Rex',
    builderModel: 'one/builder',
    timeoutMs: 15_000,
    mark: ids.attemptId,
    ...more,
  }
}
const rows = (input: GateInput) =>
  quality.list(input.taskId).map((row) => `${row.kind} ${row.name}: ${row.verdict}${row.exitCode === null ? '' : ` ${row.exitCode}`}`)
const finish = (input: GateInput) => world.db.prepare("UPDATE task SET state = 'done' WHERE id = ?").run(input.taskId)

describe('the gate of a build', () => {
  it('runs format, lint, types, tests and build of the project in this order, then another model reads it (R-231, R-227, R-225)', async () => {
    const log = (name: string) => `node -e "require('fs').appendFileSync('log.txt','${name} ')"`
    const input = await left({
      ...scripts({
        build: log('build'),
        test: log('test'),
        lint: log('lint'),
        'format:check': log('format'),
        format: 'exit 1',
        typecheck: log('types'),
        start: 'exit 1',
      }),
      'src/tea.js': 'export const tea = 1\n',
      '.gitignore': 'log.txt\n',
    })
    const result = await quality.gate({ ...input, outputs: ['src/tea.js'] }, review)
    expect(result).toEqual({ kind: 'passed', proof: { attemptId: input.attemptId, headSha: input.headSha } })
    expect(readFileSync(join(input.cwd, 'log.txt'), 'utf8')).toBe('format lint types test build ')
    expect(rows(input)).toEqual([
      'commit change: passed',
      'file src/tea.js: passed',
      'command npm run format:check: passed 0',
      'command npm run lint: passed 0',
      'command npm run typecheck: passed 0',
      'command npm run test: passed 0',
      'command npm run build: passed 0',
      'review review: passed',
    ])
    expect(reviews).toMatchObject([{ title: 'Tea', instructions: 'Make tea', truncated: false, diff: expect.stringContaining('+export const tea = 1') }])
    expect(reviews[0]?.evidence).toHaveLength(7)
    expect(world.toldOf('evidence.recorded')).toHaveLength(8)
    expect(quality.prove(input.attemptId, input.headSha)).toBeDefined()
    finish(input)
  })

  it('fails with command, exit code and the last lines, keeps the whole output, masks secrets, and asks no reviewer (R-224, R-230)', async () => {
    const input = await left(scripts({ lint: 'true', test: "node -e \"console.log('hunter22');console.error('1 != 2');process.exit(3)\"" }))
    const result = await quality.gate(input, review)
    expect(result).toMatchObject({ kind: 'failed', error: '`npm run test` failed with exit code 1:\n•••\n1 != 2' })
    expect(reviews).toEqual([])
    const row = quality.listAttempt(input.attemptId).find((one) => one.name === 'npm run test')
    expect(readFileSync(join(world.dataDir, 'artifacts', row?.hash ?? ''), 'utf8')).toBe('•••\n1 != 2\n')
    expect(quality.prove(input.attemptId, input.headSha)).toBeUndefined()
    expect(() => finish(input)).toThrow('done needs evidence')
  })

  it('repeats nothing that is recorded when it goes on after a crash (R-328)', async () => {
    const input = await left({ ...scripts({ test: "node -e \"require('fs').appendFileSync('runs','x')\"", build: 'false' }), '.gitignore': 'runs\n' })
    const first = await quality.gate(input, review)
    const again = await open().gate(input, review)
    expect(again).toEqual(first)
    expect(readFileSync(join(input.cwd, 'runs'), 'utf8')).toBe('x')
    expect(world.toldOf('evidence.recorded')).toHaveLength(3)
  })

  it('checks the outputs that a crash left unchecked (R-328)', async () => {
    const input = await left({ 'a.md': 'x' }, { outputs: ['a.md', 'gone.md'], review: 'waived' })
    quality.record({ ...input, kind: 'commit', name: 'change', verdict: 'passed', summary: '', hash: '', durationMs: 0 })
    expect(await quality.gate(input, review)).toMatchObject({ kind: 'failed', error: 'gone.md: this file was asked for and does not exist' })
  })

  it('stops a check at its time limit and leaves no process of it behind (R-227)', async () => {
    const script = "node -e \"require('child_process').spawn('sleep',['600'],{detached:true,stdio:'ignore'}).unref();setInterval(()=>{},1000)\""
    const input = await left(scripts({ test: script }), { timeoutMs: 1500 })
    expect(await quality.gate(input, review)).toMatchObject({ kind: 'failed', error: expect.stringMatching(/^`npm run test` failed:\ndid not end within 2 s/) })
    expect(findMarked('REEF_ATTEMPT', input.mark)).toEqual([])
  })

  it('gives checks no key of the engine', async () => {
    process.env.REEF_TEST_API_KEY = 'secret-value'
    const input = await left({ ...scripts({ test: 'env > seen.txt' }), '.gitignore': 'seen.txt\n' })
    await quality.gate(input, review)
    delete process.env.REEF_TEST_API_KEY
    expect(readFileSync(join(input.cwd, 'seen.txt'), 'utf8')).toContain(`REEF_ATTEMPT=${input.mark}`)
    expect(readFileSync(join(input.cwd, 'seen.txt'), 'utf8')).not.toContain('secret-value')
  })

  it('runs what an agent wrote in the cage that it is given', async () => {
    const input = await left({ ...scripts({ test: 'env > seen.txt' }), '.gitignore': 'seen.txt\n' })
    await open(async (argv) => ({ argv: ['env', 'CAGED=1', ...argv], env: { HOME: '/caged' } })).gate(input, review)
    expect(readFileSync(join(input.cwd, 'seen.txt'), 'utf8').split('\n')).toEqual(expect.arrayContaining(['CAGED=1', 'HOME=/caged']))
  })

  it('installs what the project needs first, and stops there when that fails', async () => {
    const input = await left(scripts({ test: 'true' }, { dependencies: { gone: 'file:./gone.tgz' } }))
    expect(await quality.gate(input, review)).toMatchObject({ kind: 'failed', error: expect.stringMatching(/^`npm install` failed with exit code/) })
    expect(rows(input)).toHaveLength(2)
    const good = await left({
      ...scripts({ test: 'node -e "require(\'own\')"' }, { dependencies: { own: 'file:./own' } }),
      'own/package.json': '{"name":"own","main":"i.js"}',
      'own/i.js': '1',
    })
    expect(await quality.gate(good, review)).toMatchObject({ kind: 'passed' })
    expect(rows(good).slice(1, 3)).toEqual(['command npm install: passed 0', 'command npm run test: passed 0'])
    expect(git(good.cwd, 'status', '--porcelain')).toBe('')
  })

  it('counts what a formatter rewrote as a failure and puts the commit back as it was (R-231)', async () => {
    const input = await left({ ...scripts({ format: "node -e \"require('fs').writeFileSync('a.js','formatted')\"" }), 'a.js': 'raw' })
    expect(await quality.gate(input, review)).toMatchObject({ kind: 'failed', error: expect.stringContaining('it is not formatted: a.js') })
    expect(readFileSync(join(input.cwd, 'a.js'), 'utf8')).toBe('raw')
  })

  it.each([
    ['an empty change', {}, [], 'change: nothing was changed'],
    ['a missing file', { 'a.md': 'x' }, ['b.md'], 'b.md: this file was asked for and does not exist'],
    ['an empty file', { 'a.md': 'x', 'b.md': '' }, ['b.md'], 'b.md: this file was asked for and is empty'],
    ['a conflict left standing', { 'a.md': '<<<<<<< ours\n1\n=======\n2\n>>>>>>> theirs\n' }, [], 'change: conflict markers are left in a.md'],
    ['a file outside', { 'a.md': 'x' }, ['../../reef.db'], '../../reef.db: this file lies outside the project'],
  ])('does not take %s for work (R-227, field c12)', async (_, files, outputs, error) => {
    expect(await quality.gate(await left(files as Record<string, string>, { outputs }), review)).toMatchObject({ kind: 'failed', error })
  })
})

describe('the review', () => {
  it('by the model that built it is no review, by construction of the database too (C-17, R-225)', async () => {
    answer = { ...answer, model: 'one/builder' }
    const input = await left({ 'a.js': '1' })
    expect(await quality.gate(input, review)).toEqual({
      kind: 'inconclusive',
      reason: 'the review came from one/builder, which built it; another model must review',
    })
    expect(quality.prove(input.attemptId, input.headSha)).toBeUndefined()
    const forged = { ...input, kind: 'review' as const, name: 'review', verdict: 'passed' as const, summary: '', hash: '', durationMs: 0 }
    expect(() => quality.record({ ...forged, model: 'one/builder' })).toThrow('the reviewer is the builder')
    expect(() => quality.record(forged)).toThrow('the reviewer is the builder')
  })

  it('that fails goes back with its findings, once and for all for this commit (R-224)', async () => {
    answer = {
      ...answer,
      verdict: 'fail',
      summary: 'loses orders',
      findings: [
        { file: 'a.js', line: 3, text: 'no await' },
        { file: null, line: null, text: 'no test' },
      ],
    }
    const input = await left({ 'a.js': '1' })
    const failed = { kind: 'failed', error: 'The review did not pass: loses orders\n- a.js:3: no await\n- no test' }
    expect(await quality.gate(input, review)).toMatchObject(failed)
    answer = { ...answer, verdict: 'pass' }
    expect(await quality.gate(input, review)).toMatchObject(failed)
    expect(reviews).toHaveLength(1)
    expect(() => finish(input)).toThrow('done needs evidence')
  })

  it('that cannot be had is neither passed nor failed, until the owner waives it, which is recorded as his (C-17)', async () => {
    answer = { ...answer, verdict: 'inconclusive', summary: 'no second model' }
    const input = await left({ 'a.js': '1' })
    expect(await quality.gate(input, review)).toEqual({ kind: 'inconclusive', reason: 'no second model' })
    quality.waiveReview({ ...input, by: 'owner' })
    expect(await quality.gate(input, review)).toMatchObject({ kind: 'passed' })
    expect(quality.list(input.taskId).at(-1)).toMatchObject({ kind: 'review', verdict: 'waived', summary: 'not reviewed: waived by owner', model: null })
    finish(input)
  })

  it('is not asked for where the plan waives it, nor for what is not built (R-225)', async () => {
    const waived = await left({ 'a.js': '1' }, { review: 'waived' })
    const research = await left({ 'notes.md': '1', ...scripts({ test: 'false' }) }, { outputs: ['notes.md'] }, 'research')
    expect([(await quality.gate(waived, review)).kind, (await quality.gate(research, review)).kind, reviews.length]).toEqual(['passed', 'passed', 0])
    expect(rows(waived)).toEqual(['commit change: passed', 'review review: waived'])
    expect(rows(research)).toEqual(['commit change: passed', 'file notes.md: passed'])
  })
})

describe('other kinds of work', () => {
  it('QA without a change runs the project’s tests; with nothing to run it is not done (R-226)', async () => {
    const tested = await left({}, {}, 'qa', scripts({ test: 'true' }))
    expect((await quality.gate(tested, review)).kind).toBe('passed')
    const bare = await left({}, {}, 'qa', { 'package.json': '{}' })
    expect(await quality.gate(bare, review)).toMatchObject({ kind: 'failed', error: expect.stringContaining('nothing that could be tested') })
  })

  it('work that left its declared files needs no change (R-227)', async () => {
    const input = await left({}, { outputs: ['README.md'] }, 'work')
    expect((await quality.gate(input, review)).kind).toBe('passed')
    const nothing = await left({}, {}, 'research')
    expect(await quality.gate(nothing, review)).toMatchObject({ kind: 'failed', error: expect.stringContaining('Nothing was left') })
  })

  it('finds the tests of a project without package.json (R-229)', async () => {
    const input = await left({ Makefile: 'test:\n\t@echo made; exit 2\n' })
    expect(await quality.gate(input, review)).toMatchObject({ kind: 'failed', error: expect.stringMatching(/^`make test` failed with exit code 2:\nmade/) })
  })

  it('a heading underlined with seven signs is no conflict', async () => {
    const input = await left({ 'a.md': 'My shop\n=======\n' }, { review: 'waived' })
    expect((await quality.gate(input, review)).kind).toBe('passed')
  })

  it('a package.json that nobody can read is a failure with its reason', async () => {
    const input = await left({ 'package.json': '{ "scripts": ' })
    expect(await quality.gate(input, review)).toMatchObject({ kind: 'failed', error: expect.stringContaining('SyntaxError') })
  })
})

describe('"done"', () => {
  it('is refused by the database without passed evidence of this very commit (R-227, field c12)', async () => {
    const input = await left({ 'a.js': '1' }, { review: 'waived' })
    expect(() => finish(input)).toThrow('done needs evidence')
    quality.record({ ...input, headSha: 'another', kind: 'commit', name: 'change', verdict: 'passed', summary: '', hash: '', durationMs: 0 })
    expect(() => finish(input)).toThrow('done needs evidence')
    await quality.gate(input, review)
    finish(input)
    expect(() => world.db.exec("UPDATE evidence SET verdict = 'passed'")).toThrow('evidence is never changed')
    expect(() => world.db.exec('DELETE FROM evidence')).toThrow('evidence is never removed')
  })

  it('costs the queue index seeks only, however long the history (bench queue)', () => {
    const plan = world.db
      .prepare(
        "EXPLAIN QUERY PLAN SELECT 1 FROM attempt a JOIN evidence e ON e.attempt_id = a.id AND e.head_sha = a.head_sha AND e.verdict = 'passed' WHERE a.id = 'x'",
      )
      .all() as Array<{ detail: string }>
    expect(plan.map((step) => step.detail)).toEqual([
      'SEARCH a USING PRIMARY KEY (id=?)',
      'SEARCH e USING COVERING INDEX evidence_verdict (attempt_id=? AND head_sha=? AND verdict=?)',
    ])
  })

  it('is recorded once for one check of one commit', async () => {
    const input = await left({ 'a.js': '1' })
    const probe = { ...input, kind: 'probe' as const, name: 'http://127.0.0.1:1', verdict: 'passed' as const, summary: '200', hash: 'x', durationMs: 2.5 }
    quality.record(probe)
    quality.record({ ...probe, summary: 'again' })
    expect(quality.list(input.taskId)).toMatchObject([{ summary: '200', durationMs: 3 }])
    rmSync(input.cwd, { recursive: true })
    expect(existsSync(input.cwd)).toBe(false)
  })
})
