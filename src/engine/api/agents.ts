import { os } from './context.ts'
import type { ApiParts } from './parts.ts'

export const toAgents = ({ roster, router }: ApiParts) =>
  os.agent.router({
    list: os.agent.list.handler(() => ({ agents: roster.list() })),
    get: os.agent.get.handler(({ input }) => ({ ...roster.get(input.name), file: roster.file(input.name) })),
    save: os.agent.save.handler(({ input, context }) => roster.save(input.name, input.file, context.actor)),
    set: os.agent.set.handler(({ input, context }) => {
      // A model that nobody can reach is refused here, not in the middle of the night.
      for (const ref of [input.change.model, input.change.fallback]) if (ref) router.resolve(ref)
      return roster.set(input.name, input.change, context.actor)
    }),
    pause: os.agent.pause.handler(({ input, context }) => roster.pause(input.name, { by: 'owner', reason: input.reason }, context.actor)),
    resume: os.agent.resume.handler(({ input, context }) => roster.resume(input.name, context.actor)),
  })

export const toProviders = ({ router }: ApiParts) =>
  os.provider.router({
    list: os.provider.list.handler(() => ({ providers: router.list() })),
    add: os.provider.add.handler(({ input, context }) => router.add(input, context.actor)),
    remove: os.provider.remove.handler(({ input, context }) => {
      router.remove(input.name, context.actor)
      return { ok: true as const }
    }),
    rotate: os.provider.rotate.handler(({ input, context }) => router.rotate(input.name, input.key, context.actor)),
    presets: os.provider.presets.handler(() => ({ presets: router.presets() })),
    discover: os.provider.discover.handler(() => router.discover()),
    test: os.provider.test.handler(({ input }) => router.test(input.name)),
    catalogue: os.provider.catalogue.handler(({ input }) => router.catalogue(input.name)),
  })
