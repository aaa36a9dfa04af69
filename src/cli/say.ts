import type { Declare } from './context.ts'
import { readTextFile } from './read-file.ts'

export const declare: Declare = (say, run) => {
  say.argument('<words...>', 'a request, a question or a command, in your own words; - reads them from standard input').action(
    run<[string[]]>(async (cli, [words]) => {
      const text = words.length === 1 && words[0] === '-' ? await readTextFile('-') : words.join(' ')
      const { client } = await cli.engine()
      const answer = await client.conversation.say({ text })
      await cli.show(answer, () => answer.text.split('\n'))
    }),
  )
}
