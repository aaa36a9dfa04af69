import { ReefError } from '../kernel/errors.ts'
import { os } from './context.ts'
import type { ApiParts } from './parts.ts'

export const toSessions = ({ sessions }: ApiParts) =>
  os.session.router({
    list: os.session.list.handler(({ input }) => ({ sessions: sessions.list(input) })),
    log: os.session.log.handler(({ input }) => sessions.log(input.id, input.from, input.max)),
    follow: os.session.follow.handler(({ input, signal }) => sessions.follow(input.id, input.from, signal ?? new AbortController().signal)),
    seek: os.session.seek.handler(async ({ input }) => ({ offset: await sessions.seek(input.id, input.at) })),
    stop: os.session.stop.handler(({ input }) => {
      const { state, role } = sessions.get(input.id)
      if (state === 'ended' || state === 'lost') throw new ReefError('session/not-running', 'This session has ended already.', { field: 'id' })
      if (role === 'product')
        throw new ReefError('session/not-running', 'This is a released product, which would be started again.', {
          field: 'id',
          remedy: 'Stop its release: reef release stop',
        })
      return sessions.stop(input.id, 'cancelled')
    }),
  })

export const toPrograms = ({ sessions }: ApiParts) =>
  os.program.router({ list: os.program.list.handler(async () => ({ programs: await sessions.programs() })) })
