import { os } from './context.ts'
import type { ApiParts } from './parts.ts'

export const toConversation = ({ conversation }: ApiParts) =>
  os.conversation.router({
    say: os.conversation.say.handler(({ input, context }) => conversation.say(input.text, context)),
    brief: os.conversation.brief.handler(({ input }) => conversation.brief(input?.since)),
  })
