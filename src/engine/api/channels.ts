import { ok, os } from './context.ts'
import type { ApiParts } from './parts.ts'

export const toChannels = ({ channels }: Pick<ApiParts, 'channels'>) =>
  os.channel.router({
    list: os.channel.list.handler(() => ({ channels: channels.list() })),
    set: os.channel.set.handler(({ input }) => channels.set(input)),
    off: os.channel.off.handler(({ input }) => channels.off(input.name)),
    test: os.channel.test.handler(({ input }) => channels.test(input.name)),
    pair: os.channel.pair.handler(({ input }) => channels.pair(input.name)),
    unpair: os.channel.unpair.handler(({ input }) => channels.unpair(input.name)),
    messages: os.channel.messages.handler(({ input }) => channels.messages(input)),
    present: os.channel.present.handler(() => {
      channels.present()
      return ok
    }),
  })
