import { InvalidArgumentError, Option } from 'commander'
import { type ApprovalState, type ApprovalView, approvalStates, type DenyReason, denyReasons } from '../contract/approvals.ts'
import type { Instant } from '../contract/time.ts'
import { approvalWords } from '../contract/words.ts'
import { toApprovalLines } from './approval-lines.ts'
import { toLimit } from './arguments.ts'
import type { Declare } from './context.ts'
import { findApproval, shortId } from './find.ts'
import { labelled, stateWord } from './label.ts'
import { clockTime, dateTime } from './local-time.ts'
import { toTable } from './table.ts'
import { showControls } from './terminal-text.ts'

type Choice = { payload?: string; option?: string; confirm?: string; now?: boolean; edit: Record<string, string> }

/** Throws where there is no `=`. */
function toEdit(given: string, edits: Record<string, string>): Record<string, string> {
  const at = given.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Give it as FIELD=TEXT.')
  return { ...edits, [given.slice(0, at)]: given.slice(at + 1) }
}

const approvalWord = ['<approval>', 'id of the approval, or the end of it'] as const

export const declare: Declare = (approval, run) => {
  approval
    .command('list')
    .description('list approvals, newest first')
    .option('--open', 'only those that wait for an answer')
    .addOption(new Option('--state <state>', 'only in this state').choices(approvalStates))
    .option('--action <class>', 'only of this class of action')
    .option('--text <words>', 'only with these words on the card')
    .option('--limit <n>', 'at most so many', toLimit, 50)
    .action(
      run<[], { open?: boolean; limit: number; state?: ApprovalState; action?: string; text?: string }>(
        async (cli, _, { open = false, limit, state, action, text }) => {
          const { client, zone } = await cli.engine()
          const answer = await client.approval.list({
            open,
            limit,
            ...(state === undefined ? {} : { state }),
            ...(action === undefined ? {} : { action }),
            ...(text === undefined ? {} : { text }),
          })
          await cli.show(answer, async () => toApprovalTable(answer.approvals, await zone()))
        },
      ),
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
    .option('--confirm <name>', 'in earnest (T3): the name that `approval show` asks to be typed')
    .option('--edit <field=text>', 'put a field in your own words first; may be given more than once', toEdit, {})
    .option('--now', 'without the time to undo; only while an incident is declared')
    .option('--payload <hash>', 'only if it is still this, as `approval show` printed it')
    .action(
      run<[string], Choice>(async (cli, [given], { payload, edit, option, confirm, now = false }) => {
        const { client, zone } = await cli.engine()
        const seen = await client.approval.get({ id: await findApproval(client, given) })
        if (!cli.json) for (const line of [...toApprovalLines(seen, await zone()), '']) cli.out.line(line)
        const answer = await client.approval.approve({
          id: seen.id,
          payloadHash: payload ?? seen.payloadHash,
          ...(option === undefined ? {} : { option }),
          ...(confirm === undefined ? {} : { confirm }),
          ...(Object.keys(edit).length > 0 ? { edits: edit } : {}),
          ...(now ? { now } : {}),
        })
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
    .command('ask')
    .description('put a question to the agent that asked; it answers and asks anew')
    .argument(...approvalWord)
    .argument('<question>', 'in your own words')
    .action(
      run<[string, string]>(async (cli, [given, text]) => {
        const { client } = await cli.engine()
        const answer = await client.approval.question({ id: await findApproval(client, given), text })
        await cli.show(answer, () => [`Asked. ${answer.askedBy} answers with a new card.`])
      }),
    )
  approval
    .command('snooze')
    .description('put it out of sight for a while; its deadline does not move')
    .argument(...approvalWord)
    .option('--minutes <n>', 'for so long', toLimit, 60)
    .action(
      run<[string], { minutes: number }>(async (cli, [given], { minutes }) => {
        const { client, zone } = await cli.engine()
        const answer = await client.approval.snooze({ id: await findApproval(client, given), until: (Date.now() + minutes * 60_000) as Instant })
        await cli.show(answer, async () => [`${toSentence(answer)}; out of sight until ${clockTime(answer.snoozedUntil ?? answer.deadline, await zone())}`])
      }),
    )
  approval
    .command('regret')
    .description('say that it should not have been approved; counted against its class and its agent')
    .argument(...approvalWord)
    .option('--note <text>', 'why')
    .action(
      run<[string], { note?: string }>(async (cli, [given], { note }) => {
        const { client } = await cli.engine()
        const answer = await client.approval.regret({ id: await findApproval(client, given), ...(note ? { note } : {}) })
        await cli.show(answer, () => [`${answer.what}: noted.`])
      }),
    )
  approval
    .command('explain')
    .description('why it was decided so: the policy, who, where, when, and the rows of the record')
    .argument(...approvalWord)
    .action(
      run<[string]>(async (cli, [given]) => {
        const { client, zone } = await cli.engine()
        const answer = await client.approval.explain({ id: await findApproval(client, given) })
        await cli.show(answer, async () => {
          const at = await zone()
          return [
            ...answer.sentences.map(showControls),
            '',
            ...answer.events.map((event) => `${event.seq}  ${dateTime(event.at, at)}  ${event.type}  by ${event.actor}  ${event.hash.slice(0, 12)}`),
          ]
        })
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
      { head: 'else', cell: (row) => (row.safeDefault === 'deny' ? 'denied' : 'template') },
      { head: 'what', cell: (row) => labelled(row.what, row.rehearsal), max: 90 },
    ],
    'Nothing waits for you.',
  )
