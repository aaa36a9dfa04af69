import { Option } from 'commander'
import { type ApprovalView, type DenyReason, denyReasons } from '../contract/approvals.ts'
import { approvalWords } from '../contract/words.ts'
import { toApprovalLines } from './approval-lines.ts'
import { toLimit } from './arguments.ts'
import type { Declare } from './context.ts'
import { findApproval, shortId } from './find.ts'
import { labelled, stateWord } from './label.ts'
import { clockTime, dateTime } from './local-time.ts'
import { toTable } from './table.ts'

const approvalWord = ['<approval>', 'id of the approval, or the end of it'] as const

export const declare: Declare = (approval, run) => {
  approval
    .command('list')
    .description('list approvals, newest first')
    .option('--open', 'only those that wait for an answer')
    .option('--limit <n>', 'at most so many', toLimit, 50)
    .action(
      run<[], { open?: boolean; limit: number }>(async (cli, _, { open = false, limit }) => {
        const { client, zone } = await cli.engine()
        const answer = await client.approval.list({ open, limit })
        await cli.show(answer, async () => toApprovalTable(answer.approvals, await zone()))
      }),
    )
  approval
    .command('show')
    .description('show what would be done, why, and with which consequences')
    .argument(...approvalWord)
    .action(
      run<[string]>(async (cli, [given]) => {
        const { client, zone } = await cli.engine()
        const answer = await client.approval.get({ id: await findApproval(client, given) })
        await cli.show(answer, async () => toApprovalLines(answer, await zone()))
      }),
    )
  approval
    .command('approve')
    .description('approve exactly what is shown')
    .argument(...approvalWord)
    .option('--option <id>', 'which way, where there are several; else the first')
    .option('--payload <hash>', 'only if it is still this, as `approval show` printed it')
    .action(
      run<[string], { payload?: string; option?: string }>(async (cli, [given], { payload, option }) => {
        const { client, zone } = await cli.engine()
        const seen = await client.approval.get({ id: await findApproval(client, given) })
        if (!cli.json) for (const line of [...toApprovalLines(seen, await zone()), '']) cli.out.line(line)
        const answer = await client.approval.approve({ id: seen.id, payloadHash: payload ?? seen.payloadHash, ...(option === undefined ? {} : { option }) })
        await cli.show(answer, async () => [toApproved(answer, await zone())])
      }),
    )
  approval
    .command('deny')
    .description('refuse it')
    .argument(...approvalWord)
    .addOption(new Option('--reason <reason>', 'why').choices(denyReasons).default('other'))
    .option('--note <text>', 'in your own words')
    .action(
      run<[string], { reason: DenyReason; note?: string }>(async (cli, [given], { reason, note }) => {
        const { client } = await cli.engine()
        const answer = await client.approval.deny({ id: await findApproval(client, given), reason, ...(note ? { note } : {}) })
        await cli.show(answer, () => [toSentence(answer)])
      }),
    )
  approval
    .command('undo')
    .description('take an approval back while it has not taken effect')
    .argument(...approvalWord)
    .action(
      run<[string]>(async (cli, [given]) => {
        const { client } = await cli.engine()
        const answer = await client.approval.undo({ id: await findApproval(client, given) })
        await cli.show(answer, () => [toSentence(answer)])
      }),
    )
}

const toSentence = (row: ApprovalView): string => labelled(`${row.what}: ${approvalWords[row.state].word}`, row.rehearsal)

export const toApproved = (row: ApprovalView, zone: string): string =>
  row.state === 'approved' && row.effectiveAt !== null
    ? `${toSentence(row)}, takes effect at ${clockTime(row.effectiveAt, zone)}; until then: reef approval undo ${shortId(row.id)}`
    : toSentence(row)

const toApprovalTable = (approvals: readonly ApprovalView[], zone: string): string[] =>
  toTable(
    approvals,
    [
      { head: 'approval', cell: (row) => shortId(row.id) },
      { head: 'state', cell: (row) => stateWord(approvalWords[row.state]) },
      { head: 'tier', cell: (row) => row.tier },
      { head: 'asked by', cell: (row) => row.askedBy, max: 20 },
      { head: 'deadline', cell: (row) => dateTime(row.deadline, zone) },
      { head: 'else', cell: (row) => row.safeDefault },
      { head: 'what', cell: (row) => labelled(row.what, row.rehearsal), max: 90 },
    ],
    'Nothing waits for you.',
  )
