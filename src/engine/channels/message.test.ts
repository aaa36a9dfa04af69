import { describe, expect, it } from 'vitest'
import { messageStates } from '../../contract/index.ts'
import { mayMove, messageMoves, waitAfter } from './message.ts'

describe('the way of a message', () => {
  it('knows every state of the contract, and no other', () => {
    expect(Object.keys(messageMoves).sort()).toEqual([...messageStates].sort())
  })

  it('never leads from what may have been sent back to a second sending with another word for it', () => {
    expect(messageStates.filter((state) => mayMove(state, 'sending'))).toEqual(['pending', 'unknown'])
    expect(messageMoves.queued_remote).toEqual(['delivered', 'read', 'failed'])
  })

  it('ends: nothing leaves read, failed, expired or withdrawn', () => {
    for (const state of ['read', 'failed', 'expired', 'withdrawn'] as const) expect(messageMoves[state]).toEqual([])
  })
})

describe('the wait between two tries', () => {
  it('doubles from two seconds to ten minutes', () => {
    expect([1, 2, 3, 4].map(waitAfter)).toEqual([2000, 4000, 8000, 16_000])
    expect(waitAfter(30)).toBe(600_000)
  })
})
