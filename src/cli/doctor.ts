import type { HealthCheck } from '../contract/health.ts'
import type { Attention } from '../contract/words.ts'
import type { Declare } from './context.ts'
import { paintAttention } from './paint.ts'
import { toTable } from './table.ts'

const attention: Record<HealthCheck['state'], Attention> = { ok: 'quiet', warn: 'waiting', bad: 'alarm', absent: 'quiet' }

export const declare: Declare = (doctor, run) => {
  doctor.action(
    run(async (cli) => {
      const { client } = await cli.engine()
      const answer = await client.factory.doctor()
      await cli.show(answer, () => toLines(answer.checks))
      return answer.checks.some((check) => check.state === 'bad') ? 1 : 0
    }),
  )
}

function toLines(checks: readonly HealthCheck[]): string[] {
  const table = toTable(
    checks,
    [
      { head: 'check', cell: (check) => check.name },
      { head: 'state', cell: (check) => paintAttention(attention[check.state], check.state) },
      { head: 'detail', cell: (check) => check.detail, max: 120 },
    ],
    'Nothing was checked.',
  )
  const remedies = checks.flatMap((check) => (check.remedy && check.state !== 'ok' ? [`${check.name}: ${check.remedy}`] : []))
  return remedies.length === 0 ? table : [...table, '', ...remedies]
}
