import type { Declare } from './context.ts'

export const declare: Declare = (resume, run) => {
  resume.action(
    run(async (cli) => {
      const { client } = await cli.engine()
      await cli.show(await client.factory.resume(), () => ['Running.'])
    }),
  )
}
