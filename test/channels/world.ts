import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { ChannelName, ChannelState, IncomingView, ReefEvent } from '../../src/contract/index.ts'
import { createChannels } from '../../src/engine/channels/index.ts'
import { createJournal } from '../../src/engine/journal/index.ts'
import { type Clock, createManualClock } from '../../src/engine/kernel/clock.ts'
import { createLogger } from '../../src/engine/kernel/logger.ts'
import { createSecrets } from '../../src/engine/settings/index.ts'
import { migrate, openReader, openWriter, write } from '../../src/engine/store/index.ts'

const PATIENCE_MS = 15_000

/** Channels over a real file, with beats, and unless another clock is given time, that move only when told to. */
export function openWorld<C extends Clock = ReturnType<typeof createManualClock>>(given?: C) {
  const dir = mkdtempSync(join(tmpdir(), 'reef-channels-'))
  const file = join(dir, 'reef.db')
  const db = openWriter(file)
  migrate(db, join(import.meta.dirname, '../../migrations'), 0)
  const reader = openReader(file)
  // Signatures are checked against the time, so the hand-moved clock begins now.
  const clock = (given ?? createManualClock(Date.now())) as C
  const journal = createJournal({ db, reader, clock, redact: (text) => text })
  const told: ReefEvent[] = []
  journal.listen((event) => void told.push(event))
  const secrets = createSecrets(join(dir, 'secrets.json'), () => {})
  const beats = new Set<() => void>()
  const heard: IncomingView[] = []

  function open() {
    const channels = createChannels({
      db,
      reader,
      clock,
      append: journal.append,
      secrets,
      logger: createLogger(undefined),
      every: (_ms, act) => {
        beats.add(act)
        return () => beats.delete(act)
      },
    })
    channels.onIncoming((incoming) => void heard.push(incoming))
    return channels
  }
  let channels = open()

  function beat(): void {
    for (const act of [...beats]) act()
  }

  const world = {
    dir,
    db,
    clock,
    beat,
    heard,
    told,
    secrets,
    get channels() {
      return channels
    },
    types: (...wanted: string[]): string[] => told.flatMap(({ type }) => (wanted.includes(type) ? [type] : [])),
    view: (name: ChannelName) => {
      const view = channels.list().find((one) => one.name === name)
      if (!view) throw new Error(`there is no ${name}`)
      return view
    },
    write: (message: Parameters<typeof channels.write>[0]) => write(db, () => channels.write(message)),
    /** Lets the beats go on until it is so. */
    async until(isSo: () => unknown): Promise<void> {
      const last = Date.now() + PATIENCE_MS
      while (!isSo()) {
        if (Date.now() > last) throw new Error(`it never came to this: ${isSo}`)
        beat()
        await setImmediate()
      }
    },
    untilState: (name: ChannelName, state: ChannelState) => world.until(() => world.view(name).state === state),
    /** As after a restart of the engine: memory is gone, the file is not. */
    async restart(): Promise<void> {
      await channels[Symbol.asyncDispose]()
      beats.clear()
      channels = open()
      await channels.start()
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await channels[Symbol.asyncDispose]()
      reader.close()
      db.close()
      rmSync(dir, { recursive: true })
    },
  }
  return world
}
export type World = ReturnType<typeof openWorld<Clock>>
