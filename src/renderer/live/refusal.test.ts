import { ORPCError } from '@orpc/client'
import { expect, it } from 'vitest'
import { connectionLost, RefusalError, toRefusal } from './refusal.ts'

it('keeps the engine’s sentence, field and remedy', () => {
  const data = { code: 'queue/full', message: 'The queue is full.', field: 'text', remedy: 'Wait.' }
  expect(toRefusal(new ORPCError('queue/full', { data }))).toEqual(data)
})

it('makes a sentence of everything else, and never fails itself', () => {
  expect(toRefusal(new RefusalError(connectionLost))).toEqual(connectionLost)
  expect(toRefusal(new ORPCError('BAD_REQUEST', { message: 'text is missing', data: { issues: [] } }))).toEqual({
    code: 'BAD_REQUEST',
    message: 'text is missing',
  })
  expect([toRefusal(new Error('broken')).message, toRefusal(null).message, toRefusal('odd').message]).toEqual(['broken', 'null', 'odd'])
})
