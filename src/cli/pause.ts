import type { Declare } from './context.ts'

export const declare: Declare = (pause, run) => {
  pause.action(
    run(async (cli) => {
      const { client } = await cli.engine()
      await cli.show(await client.factory.pause(), () => ['Paused: nothing new starts, what runs goes on. Go on with: reef resume'])
    }),
  )
}
