// Everything that must pass, in one command: `npm test`. A stage that fails does not keep the others from running.
//   npm run check            only the stages that look at the text: form, types, imports, dead code
//   npm test -- FILE …       only these tests
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findNode, root } from './node-version.mjs'
import { provideTools } from './test-tools.mjs'

const minute = 60_000
const node = findNode()
const reports = mkdtempSync(join(tmpdir(), 'reef-tests-'))
const asked = process.argv.slice(2)
const packaged = (path) => [node, join(root, 'node_modules', ...path.split('/'))]
const playwright = (project) => ({
  name: `end to end: ${project}`,
  command: [...packaged('@playwright/test/cli.js'), 'test', `--project=${project}`, '--reporter=list,json'],
  report: join(reports, `${project}.json`),
  limit: 5 * minute,
})
const vitest = (files) => ({
  name: 'tests',
  command: [...packaged('vitest/vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${join(reports, 'vitest.json')}`, ...files],
  report: join(reports, 'vitest.json'),
  limit: 12 * minute,
})
const types = (project) => ({ name: `types: ${project}`, command: [...packaged('typescript/bin/tsc'), '-p', `tsconfig.${project}.json`, '--noEmit'] })

const texts = [
  { name: 'form', command: [...packaged('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings'] },
  types('contract'),
  types('node'),
  types('web'),
  types('e2e'),
  { name: 'imports', command: [node, join(root, 'scripts', 'cruise.mjs')] },
  { name: 'dead code', command: [...packaged('knip/bin/knip.js'), '--no-config-hints'] },
]
const packaging = { name: 'packaging rehearsal', command: [node, join(root, 'scripts', 'package.mjs'), '--rehearse'] }
const all = [
  ...texts,
  { name: 'build', command: [node, join(root, 'scripts', 'build.mjs')] },
  vitest([]),
  playwright('browser'),
  playwright('electron'),
  packaging,
]

const stages = asked.includes('--texts') ? texts : asked.length > 0 ? [vitest(asked)] : all
if (stages === all) provideTools()
const results = []
for (const stage of stages) results.push(await run(stage))
rmSync(reports, { recursive: true, force: true })
summarise()

/** One stage, its output passed on as it comes. What outlives its limit is ended with all its children. */
function run({ name, command: [program, ...args], report, limit = 3 * minute }) {
  process.stdout.write(`\n── ${name}\n`)
  const started = Date.now()
  const env = { ...process.env, ...(report && { PLAYWRIGHT_JSON_OUTPUT_FILE: report }) }
  const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'], detached: process.platform !== 'win32' })
  const passOn = () => end(child)
  process.once('SIGINT', passOn).once('SIGTERM', passOn)
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      process.stdout.write(`${name} took longer than ${limit / minute} minutes and was ended.\n`)
      end(child)
    }, limit)
    const done = (code) => {
      clearTimeout(timer)
      process.off('SIGINT', passOn).off('SIGTERM', passOn)
      resolve({ name, seconds: (Date.now() - started) / 1000, ...count(report, code === 0) })
    }
    child.once('error', () => done(1))
    child.once('exit', done)
  })
}

function end(child) {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

/** A stage without single tests counts as one. A runner that fails without a failed test counts as one failure more. */
function count(report, isGood) {
  const tests = report && existsSync(report) ? toCounts(JSON.parse(readFileSync(report, 'utf8'))) : { passed: 0, failed: 0, skipped: 0 }
  if (!report) return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 }
  const isEmpty = tests.passed + tests.failed === 0
  return { ...tests, failed: tests.failed === 0 && (!isGood || isEmpty) ? 1 : tests.failed }
}

function toCounts(report) {
  if (!report.stats) return { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests + report.numTodoTests }
  const { expected, unexpected, flaky, skipped } = report.stats
  return { passed: expected, failed: unexpected + flaky, skipped }
}

function summarise() {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0)
  const rows = results.map(({ name, seconds, passed, failed, skipped }) => {
    const counts = `${passed} passed${failed > 0 ? `, ${failed} FAILED` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''}`
    return `${failed > 0 ? '✗' : '✓'} ${name.padEnd(22)} ${`${seconds.toFixed(1)} s`.padStart(8)}  ${counts}`
  })
  process.stdout.write(`\n${rows.join('\n')}\n${(sum('seconds') / 60).toFixed(1)} minutes\n${sum('passed')} passed, ${sum('failed')} failed\n`)
  process.exitCode = sum('failed') > 0 ? 1 : 0
}
