import { afterEach, expect, it, vi } from 'vitest'
import { createLogger } from '../kernel/logger.ts'
import { createStops } from './stops.ts'

afterEach(() => vi.useRealTimers())

it('ends a session that had time to end by itself and did not, and lets go of the others when the engine stops', () => {
  vi.useFakeTimers()
  const open = new Set(['ses_A', 'ses_C'])
  const stopped: string[] = []
  const stops = createStops({
    sessions: { isOpen: (id) => open.has(id), stop: async (id) => ({ survivors: stopped.push(id) - stopped.length }) },
    logger: createLogger(undefined),
  })
  stops.soon('ses_A', 5000)
  stops.soon('ses_B', 5000)
  stops.soon('ses_C', 20_000)
  vi.advanceTimersByTime(4999)
  expect(stopped).toEqual([])
  vi.advanceTimersByTime(1)
  expect(stopped).toEqual(['ses_A'])
  stops[Symbol.dispose]()
  vi.advanceTimersByTime(60_000)
  expect(stopped).toEqual(['ses_A'])
})
