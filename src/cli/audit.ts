import type { AuditRow } from '../contract/events.ts'
import { given, toLimit } from './arguments.ts'
import { declareExport } from './audit-export.ts'
import type { Declare } from './context.ts'
import type { ExitCode } from './failure.ts'
import { dateTime } from './local-time.ts'
import { toTable } from './table.ts'

export const declare: Declare = (audit, run) => {
  audit
    .command('list')
    .description('list what happened, newest first')
    .option('--type <type>', 'only events of this type, e.g. task.completed')
    .option('--subject <id>', 'only what happened to this')
    .option('--actor <actor>', 'only what this one caused: owner, engine, agent:NAME, channel:NAME')
    .option('--text <words>', 'only where these words stand')
    .option('--before <seq>', 'older than this row')
    .option('--limit <n>', 'at most so many', toLimit, 50)
    .action(
      run<[], { type?: string; subject?: string; actor?: string; text?: string; before?: string; limit: number }>(async (cli, _, options) => {
        const { type, subject, actor, text, before, limit } = options
        const { client, zone } = await cli.engine()
        const answer = await client.audit.list({ limit, ...given({ type, subject, actor, text, before }) })
        await cli.show(answer, async () => toAuditTable(answer.rows, await zone()))
      }),
    )
  audit
    .command('verify')
    .description('recompute the hash chain over every row')
    .action(
      run(async (cli): Promise<ExitCode> => {
        const { client } = await cli.engine()
        const answer = await client.audit.verify()
        const broken = `The record is broken at row ${answer.firstBroken ?? '?'} of ${answer.rows}.`
        await cli.show(answer, () => [answer.ok ? `The record is whole: ${answer.rows} rows, head ${answer.head}` : broken])
        return answer.ok ? 0 : 1
      }),
    )
  declareExport(audit, run)
}

const toAuditTable = (rows: readonly AuditRow[], zone: string): string[] =>
  toTable(
    rows,
    [
      { head: 'seq', cell: (row) => String(row.seq), align: 'right' },
      { head: 'at', cell: (row) => dateTime(row.at, zone) },
      { head: 'type', cell: (row) => row.type },
      { head: 'actor', cell: (row) => row.actor },
      { head: 'subject', cell: (row) => row.subject },
      { head: 'hash', cell: (row) => row.hash.slice(0, 12) },
    ],
    'No rows.',
  )
