import type { ClientLink } from '@orpc/client'
import { expect, it, vi } from 'vitest'
import type { FeedMessage } from '../../contract/index.ts'
import type { Line } from './connect.ts'
import { startFeed } from './feed.ts'
import { connectionLost, notSignedIn } from './refusal.ts'
import { createLiveStore } from './store.ts'

type Message = FeedMessage | 'end'

/** A line whose subscriptions play what they are given; `subscriptions` counts them. */
function createLine(plays: Message[][], refusal?: typeof notSignedIn) {
  const state = { subscriptions: 0, closed: false }
  let gone = () => {}
  const wait = new Promise<void>((resolve) => {
    gone = resolve
  })
  const link = {
    call: async () => {
      const messages = plays[state.subscriptions] ?? []
      state.subscriptions += 1
      return (async function* () {
        for (const message of messages) {
          if (message === 'end') return
          yield message
        }
        await wait
      })()
    },
  } as unknown as ClientLink<Record<never, never>>
  const line: Line = {
    link,
    gone: wait,
    refusal: () => refusal,
    close: () => {
      state.closed = true
      gone()
    },
  }
  return { line, state, end: () => gone() }
}

const snapshot = (seq: number) =>
  ({
    kind: 'snapshot',
    seq,
    snapshot: {
      status: {},
      spend: {},
      requests: [],
      plans: [],
      tasks: [],
      sessions: [],
      approvals: [],
      releases: [],
      agents: [],
      providers: [],
      channels: [],
      recent: [],
    },
  }) as unknown as FeedMessage
const told = (seq: number) => ({ kind: 'events', events: [{ seq, type: 'factory.paused', data: {} }] }) as unknown as FeedMessage

function started(lines: Line[]) {
  const store = createLiveStore()
  const stop = new AbortController()
  const opened: number[] = []
  const client = startFeed(
    store,
    async () => {
      const line = lines[opened.length]
      opened.push(Date.now())
      if (!line) throw new Error('nobody answers')
      return line
    },
    stop.signal,
  )
  return { store, client, opened, stop }
}

it('subscribes again on the same line after a gap, and takes the new snapshot', async () => {
  const { line, state } = createLine([[snapshot(5), told(6), told(8)], [snapshot(9)]])
  const { store, opened, stop } = started([line])
  await vi.waitFor(() => expect(store.getState().facts?.seq).toBe(9))
  expect([state.subscriptions, opened.length, store.getState().connection.kind]).toEqual([2, 1, 'live'])
  stop.abort()
})

it('says since when the page is old, opens another line, and goes on', async () => {
  const first = createLine([[snapshot(1)]])
  const second = createLine([[snapshot(2)]])
  const { store, client, stop } = started([first.line, second.line])
  await vi.waitFor(() => expect(store.getState().connection.kind).toBe('live'))
  first.end()
  await vi.waitFor(() => expect(store.getState().connection.kind).toBe('lost'))
  expect(store.getState().connection).toMatchObject({ lastAt: expect.any(Number), refusal: connectionLost })
  await expect(client.factory.status()).rejects.toMatchObject({ refusal: connectionLost })
  await vi.waitFor(() => expect(store.getState().facts?.seq).toBe(2))
  expect([first.state.closed, store.getState().connection.kind]).toEqual([true, 'live'])
  stop.abort()
})

it('does not knock again at a door that is shut for good', async () => {
  const { line, end } = createLine([[]], notSignedIn)
  const { store, opened, stop } = started([line])
  end()
  await vi.waitFor(() => expect(store.getState().connection).toEqual({ kind: 'refused', refusal: notSignedIn }))
  expect(opened.length).toBe(1)
  stop.abort()
})
