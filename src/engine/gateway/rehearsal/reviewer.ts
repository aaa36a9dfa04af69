import type { Conversation } from './conversation.ts'

type Finding = { readonly file: string | null; readonly line: number | null; readonly text: string }

/** Without these in the difference the work is not what was asked for. */
const expected: Readonly<Record<string, readonly string[]>> = {
  T3: ['src/app.js', 'src/compare.js', 'src/server.js', 'test/api.test.js'],
  T4: ['src/scraper.js', 'src/money.js', 'test/scraper.test.js', 'data/shops/harbour-electronics.html'],
}

/** Looks at the difference that it was given, and at nothing else: it fails what it cannot find. */
export function review({ prompt, task }: Conversation): string {
  const diff = prompt.slice(prompt.indexOf('<diff>') + 6, prompt.lastIndexOf('</diff>'))
  const files = [...diff.matchAll(/^\+\+\+ b\/(.+)$/gm)].map((match) => match[1] ?? '')
  const findings = [...findMissing(task, files), ...findSuspicious(diff)]
  const summary =
    findings.length === 0
      ? `REHEARSAL (scripted reviewer): looked at ${files.length} changed ${files.length === 1 ? 'file' : 'files'}; what was asked for is there, with tests.`
      : `REHEARSAL (scripted reviewer): ${findings.length} ${findings.length === 1 ? 'thing has' : 'things have'} to be mended first.`
  return JSON.stringify({ verdict: findings.length === 0 ? 'pass' : 'fail', summary, findings })
}

function findMissing(task: string, files: readonly string[]): Finding[] {
  if (files.length === 0) return [{ file: null, line: null, text: 'The difference is empty: nothing was done.' }]
  return (expected[task] ?? [])
    .filter((file) => !files.includes(file))
    .map((file) => ({ file, line: null, text: 'This file was to be written and is not in the difference.' }))
}

function findSuspicious(diff: string): Finding[] {
  const rules: Array<[RegExp, string]> = [
    [/^\+.*(?:toSorted|\.sort)\(\((\w+), (\w+)\) => [^)]*(?:>|<) /, 'A comparator has to answer a number; a truth value leaves the order as it was.'],
    [/^\+.*\b(?:test|it|describe)\.(?:only|skip)\(/, 'A test is left out on purpose.'],
    [/^\+(?:<{7}|>{7}) /, 'A conflict marker was left behind.'],
    [/^\+.*\b(?:eval|execSync)\(/, 'Text becomes code here.'],
  ]
  let file: string | null = null
  return diff.split('\n').flatMap((line) => {
    file = /^\+\+\+ b\/(.+)$/.exec(line)?.[1] ?? file
    return rules.flatMap(([pattern, text]) => (pattern.test(line) ? [{ file, line: null, text }] : []))
  })
}
