import { MAX_REQUEST_BYTES, type PlanFile } from '../contract/queue.ts'
import { toDollars } from './arguments.ts'
import type { Client } from './connect.ts'
import type { Cli, Declare } from './context.ts'
import { CliFailure, type ExitCode, usageFailure } from './failure.ts'
import { shortId } from './find.ts'
import { labelled } from './label.ts'
import { readPlanFile } from './plan-file.ts'
import { readTextFile } from './read-file.ts'

type SubmitOptions = { project?: string; budget?: number; review?: boolean; plan?: string; wait?: boolean; idempotencyKey?: string }
type Input = Parameters<Client['request']['submit']>[0]

export const declare: Declare = (submit, run) => {
  submit
    .argument('[text]', 'what you want, in your own words; - reads it from standard input')
    .option('--project <name>', 'the project it is for; made when there is none')
    .option('--budget <usd>', 'the most it may cost', toDollars)
    .option('--review', 'stop after planning, so that the plan can be looked at')
    .option('--plan <file>', 'an exact plan as JSON (PlanFile) instead of a planner; - reads it from standard input')
    .option('--wait', 'follow it to its end; starts a headless engine for that long when none runs')
    .option('--idempotency-key <key>', 'the same key submits once, however often it is sent')
    .action(
      run<[string | undefined], SubmitOptions>(async (cli, [text], options): Promise<ExitCode> => {
        const input = await toInput(text, options)
        if (options.wait) {
          const { waitFor } = await import('./wait.ts')
          return waitFor(cli, { begin: (client) => client.request.submit(input), review: options.review === true })
        }
        return submitOnly(cli, input)
      }),
    )
}

async function submitOnly(cli: Cli, input: Input): Promise<ExitCode> {
  const { client } = await cli.engine()
  const answer = await client.request.submit(input)
  await cli.show(answer, () => [
    labelled(
      `Request ${shortId(answer.request.id)} for project ${answer.request.project}: ${answer.request.state}${answer.duplicate ? ' (submitted before)' : ''}`,
      answer.request.rehearsal,
    ),
    'Follow it: reef plan list',
  ])
  return 0
}

/** Checked here as far as it can be, so that a slip costs neither an engine nor a model. */
async function toInput(given: string | undefined, { project, budget, review, plan: path, idempotencyKey }: SubmitOptions): Promise<Input> {
  if (given === '-' && path === '-') throw usageFailure('Only one of text and plan can come from standard input.')
  const plan = path === undefined ? undefined : await readPlanFile(path)
  const text = await toText(given, plan)
  if (project !== undefined && !/^[a-z0-9][a-z0-9-]{0,62}$/.test(project))
    throw usageFailure('A project name is lower-case letters, digits and dashes.', { field: 'project' })
  return {
    text,
    review: review === true,
    ...(project ? { project } : {}),
    ...(budget === undefined ? {} : { budgetUsd: budget }),
    ...(plan ? { plan } : {}),
    ...(idempotencyKey ? { idempotencyKey } : {}),
  }
}

async function toText(given: string | undefined, plan: PlanFile | undefined): Promise<string> {
  const text = given === '-' ? await readTextFile('-') : (given ?? plan?.title ?? '')
  if (text.trim() === '')
    throw new CliFailure(2, {
      code: 'request/empty',
      message: 'There is nothing to submit.',
      field: 'text',
      remedy: 'say what you want: reef submit "build me …", or hand over a plan: --plan FILE',
    })
  if (Buffer.byteLength(text) > MAX_REQUEST_BYTES)
    throw new CliFailure(2, {
      code: 'request/too-large',
      message: `The text has more than ${MAX_REQUEST_BYTES / 1024} KiB.`,
      field: 'text',
      remedy: 'put the details into a file of the project and name it',
    })
  return text
}
