import { Option } from 'commander'
import type { SessionState, SessionView } from '../contract/sessions.ts'
import { formatDuration } from '../contract/time.ts'
import { sessionWords } from '../contract/words.ts'
import { toLimit, toPosition } from './arguments.ts'
import { type Cli, type Declare, writeJson } from './context.ts'
import type { ExitCode } from './failure.ts'
import { findRehearsals, findSession, findTask, shortId } from './find.ts'
import { labelled, stateWord } from './label.ts'
import { dateTime } from './local-time.ts'
import { toTable } from './table.ts'
import { createStripper } from './terminal-text.ts'

type LogOptions = { follow?: boolean; raw?: boolean; from: number }
const sessionWord = ['<session>', 'id of the session, or the end of it'] as const

export const declare: Declare = (session, run) => {
  session
    .command('list')
    .description('list agent sessions, newest first')
    .addOption(new Option('--state <state>', 'only sessions in this state').choices(Object.keys(sessionWords)))
    .option('--task <task>', 'only sessions of this task')
    .option('--limit <n>', 'at most so many', toLimit, 50)
    .action(
      run<[], { state?: SessionState; task?: string; limit: number }>(async (cli, _, { state, task, limit }) => {
        const { client, zone } = await cli.engine()
        const taskId = task === undefined ? undefined : await findTask(client, task)
        const answer = await client.session.list({ limit, ...(state ? { state } : {}), ...(taskId ? { taskId } : {}) })
        await cli.show(answer, async () =>
          toSessionTable(
            answer.sessions,
            await zone(),
            await findRehearsals(
              client,
              answer.sessions.map((row) => row.planId),
            ),
          ),
        )
      }),
    )
  session
    .command('log')
    .description('print the terminal record of a session; with --json and --follow one JSON document a line')
    .argument(...sessionWord)
    .option('--follow', 'go on until the session ends')
    .option('--raw', 'leave escape sequences in (they are kept on a terminal anyway)')
    .option('--from <offset>', 'begin at this offset of the record', toPosition, 0)
    .action(run<[string], LogOptions>((cli, [given], options) => (options.follow ? followLog(cli, given, options) : readLog(cli, given, options))))
  session
    .command('stop')
    .description('stop a session and everything it started')
    .argument(...sessionWord)
    .action(
      run<[string]>(async (cli, [given]): Promise<ExitCode> => {
        const { client } = await cli.engine()
        const answer = await client.session.stop({ id: await findSession(client, given) })
        await cli.show(answer, () => [
          answer.survivors === 0 ? 'Stopped; nothing of it is left.' : `Stopped, but ${answer.survivors} of its processes are still there.`,
        ])
        return answer.survivors === 0 ? 0 : 1
      }),
    )
}

const toSessionTable = (sessions: readonly SessionView[], zone: string, rehearsals: ReadonlySet<string>): string[] =>
  toTable(
    sessions,
    [
      { head: 'session', cell: (row) => shortId(row.id) },
      { head: 'state', cell: (row) => stateWord(sessionWords[row.state]) },
      { head: 'role', cell: (row) => row.role },
      { head: 'agent', cell: (row) => `${row.agent} · ${row.driver}` },
      { head: 'started', cell: (row) => dateTime(row.startedAt, zone) },
      { head: 'ran', cell: (row) => (row.endedAt === null ? '' : formatDuration(row.endedAt - row.startedAt)), align: 'right' },
      { head: 'title', cell: (row) => labelled(row.title, row.planId !== null && rehearsals.has(row.planId)), max: 40 },
      { head: 'last', cell: (row) => row.outcome ?? row.lastLine ?? '', max: 60 },
    ],
    'No sessions.',
  )

/** A terminal is given the record as the program wrote it; a file or a pipe gets text. */
function createWriter({ out }: Cli, raw: boolean | undefined): { take(text: string): void; end(): void } {
  if (raw || out.tty) return { take: out.raw, end: () => undefined }
  const stripper = createStripper()
  return { take: (text) => out.raw(stripper.take(text)), end: () => out.raw(stripper.end()) }
}

async function readLog(cli: Cli, given: string, { raw, from }: LogOptions): Promise<void> {
  const { client } = await cli.engine()
  const id = await findSession(client, given)
  const writer = createWriter(cli, raw)
  const pieces: string[] = []
  for (let at = from; ; ) {
    const chunk = await client.session.log({ id, from: at })
    if (cli.json) pieces.push(chunk.text)
    else writer.take(chunk.text)
    at = chunk.offset + chunk.text.length
    if (chunk.text !== '') continue
    if (cli.json) writeJson(cli.out, { offset: from, text: pieces.join(''), ended: chunk.ended })
    return writer.end()
  }
}

async function followLog(cli: Cli, given: string, { raw, from }: LogOptions): Promise<void> {
  const { client } = await cli.engine()
  const writer = createWriter(cli, raw)
  for await (const chunk of await client.session.follow({ id: await findSession(client, given), from })) {
    if (cli.json) cli.out.raw(`${JSON.stringify(chunk)}\n`)
    else writer.take(chunk.text)
    if (chunk.ended) break
  }
  writer.end()
}
