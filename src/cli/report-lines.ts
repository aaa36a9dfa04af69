import { formatMoney, type Nanodollars } from '../contract/money.ts'
import { formatDuration } from '../contract/time.ts'
import { shortId } from './find.ts'
import { labelled } from './label.ts'
import { paint } from './paint.ts'
import type { Report } from './report.ts'

/** The last lines of a wait. */
export function toReportLines(report: Report): string[] {
  const { plan, tasks, evidence, endpoint, audit, spend, durationMs, rehearsal, ending } = report
  const done = tasks.filter((task) => task.state === 'done').length
  const head = ending === 'planned' ? paint('yellow', 'Planned') : report.ok ? paint('green', 'Done') : paint('red', 'Not done')
  const counts = `${done} of ${tasks.length} tasks, ${evidence.length} pieces of evidence, ${formatMoney(spend.total as Nanodollars)} in ${spend.calls} calls, ${formatDuration(durationMs)}`
  return [
    '',
    labelled(`${head}: ${plan ? `${plan.title} (${shortId(plan.id)})` : 'no plan'}`, rehearsal),
    counts,
    ...(endpoint ? [`${endpoint.url} ${endpoint.status === 0 ? `does not answer: ${endpoint.body}` : `answers ${endpoint.status} in ${endpoint.ms} ms`}`] : []),
    audit.ok ? `The record is whole: ${audit.rows} rows, head ${audit.head.slice(0, 12)}` : 'The record is broken.',
    ...report.problems.map((problem) => `- ${problem}`),
    ...(ending === 'planned' && plan ? [`Look: reef plan show ${shortId(plan.id)}`, `Start: reef plan start ${shortId(plan.id)}`] : []),
  ]
}
