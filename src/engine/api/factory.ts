import { ok, os } from './context.ts'
import type { ApiParts } from './parts.ts'

export const toFactory = ({ mode, status, examine }: ApiParts) =>
  os.factory.router({
    status: os.factory.status.handler(() => status()),
    pause: os.factory.pause.handler(({ context }) => {
      mode.pause(context.actor)
      return ok
    }),
    resume: os.factory.resume.handler(({ context }) => {
      mode.resume(context.actor)
      return ok
    }),
    doctor: os.factory.doctor.handler(async () => ({ checks: await examine() })),
  })

export const toFeed = ({ feed }: ApiParts) =>
  os.feed.router({ subscribe: os.feed.subscribe.handler(({ input, signal }) => feed.subscribe(input.since, signal ?? new AbortController().signal)) })

export const toRehearsal = ({ rehearsal }: ApiParts) =>
  os.rehearsal.router({
    start: os.rehearsal.start.handler(({ input, context }) => ({ request: rehearsal.start(context.actor, input) })),
    skip: os.rehearsal.skip.handler(({ context }) => {
      rehearsal.skip(context.actor)
      return ok
    }),
  })
