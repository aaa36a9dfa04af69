import { given, sinceOption } from './arguments.ts'
import type { Declare } from './context.ts'
import { paint } from './paint.ts'

export const declare: Declare = (brief, run) => {
  brief.option(...sinceOption).action(
    run<[], { since?: number }>(async (cli, _, { since }) => {
      const { client } = await cli.engine()
      const told = await client.conversation.brief(given({ since }))
      await cli.show(told, () => [
        paint('bold', told.headline),
        ...told.sections.flatMap(({ title, lines }) => ['', title, ...lines.map(({ text }) => `  ${text}`)]),
      ])
    }),
  )
}
