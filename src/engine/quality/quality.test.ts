import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { AttemptId, EvidenceView, TaskKind } from '../../contract/index.ts'
import { taskKinds } from '../../contract/index.ts'
import { toError, toProof, toTail } from './evidence.ts'

const subject = { attemptId: 'att_01JD3W6Q2V8Y5N7R4T9XBCMHKZ' as AttemptId, headSha: 'abc' }
const item = fc.record({
  kind: fc.constantFrom<EvidenceView['kind']>('commit', 'file', 'command', 'review', 'probe'),
  verdict: fc.constantFrom<EvidenceView['verdict']>('passed', 'failed', 'waived'),
})

it('proves only what passed somewhere, failed nowhere, and was reviewed or waived where it was built (R-227, field c12)', () => {
  fc.assert(
    fc.property(fc.array(item, { maxLength: 6 }), fc.constantFrom<TaskKind>(...taskKinds), (evidence, kind) => {
      const verdicts = evidence.map((one) => one.verdict)
      const reviews = evidence.filter((one) => one.kind === 'review')
      const due = (kind !== 'build' && kind !== 'integrate') || reviews.length > 0
      expect(toProof(subject, kind, evidence) !== undefined).toBe(verdicts.includes('passed') && !verdicts.includes('failed') && due)
    }),
  )
})

it('tells the builder the end of the output, without colours, never more than it can read', () => {
  const output = Array.from({ length: 200 }, (_, i) => `\u001b[31mline ${i}\u001b[0m`).join('\r\n')
  expect(toTail(output).split('\n')).toEqual(Array.from({ length: 60 }, (_, i) => `line ${i + 140}`))
  expect(toTail('x'.repeat(100_000))).toHaveLength(8000)
  expect(toTail('\u001b]8;;http://x\u0007link\u001b]8;;\u0007\n\n')).toBe('link')
})

it('names command, exit code and findings in what goes back to the builder (R-224)', () => {
  const row = (kind: EvidenceView['kind'], name: string, verdict: EvidenceView['verdict'], summary: string, exitCode: number | null = null) => ({
    kind,
    name,
    verdict,
    summary,
    exitCode,
  })
  expect(
    toError([
      row('command', 'npm run lint', 'passed', 'fine', 0),
      row('command', 'npm run test', 'failed', 'expected 1 to be 2', 1),
      row('command', 'npm run build', 'failed', 'did not end within 5 s'),
      row('review', 'review', 'failed', 'loses orders\n- a.js:3: no await'),
      row('file', 'docs/plan.md', 'failed', 'this file was asked for and does not exist'),
    ]).split('\n\n'),
  ).toEqual([
    '`npm run test` failed with exit code 1:\nexpected 1 to be 2',
    '`npm run build` failed:\ndid not end within 5 s',
    'The review did not pass: loses orders\n- a.js:3: no await',
    'docs/plan.md: this file was asked for and does not exist',
  ])
})
