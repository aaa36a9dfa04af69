import { isAttended } from './attended.ts'
import type { Declare } from './context.ts'
import type { ExitCode } from './failure.ts'
import { shortId } from './find.ts'
import { labelled } from './label.ts'

export const declare: Declare = (rehearse, run) => {
  rehearse.option('--wait', 'follow it to its end; starts a headless engine for that long when none runs').action(
    run<[], { wait?: boolean }>(async (cli, _, { wait }): Promise<ExitCode> => {
      if (wait) {
        const { waitFor } = await import('./wait.ts')
        const attended = isAttended({ stdinTty: process.stdin.isTTY === true, stdoutTty: cli.out.tty, json: cli.json, env: cli.env })
        return waitFor(cli, { begin: async (client) => ({ ...(await client.rehearsal.start({ attended })), duplicate: false }), review: false })
      }
      const { client } = await cli.engine()
      const answer = await client.rehearsal.start()
      await cli.show(answer, () => [
        labelled(`Request ${shortId(answer.request.id)}: the rehearsal has begun. Scripted models, no cost.`, true),
        'Follow it: reef plan list',
      ])
      return 0
    }),
  )
}
