import { expect, it } from 'vitest'
import { EVENT_STREAM, frame } from './upstream.ts'
import { grant, openDoor } from './world.ts'

/** 60,000 bytes that the provider counts as 15,000 tokens. */
const body = JSON.stringify({ model: 'claude-sonnet-4-5', max_tokens: 4096, stream: true, messages: [{ role: 'user', content: 'x'.repeat(60_000) }] })
const answer =
  frame({ type: 'message_start', message: { id: 'm', usage: { input_tokens: 15_000, output_tokens: 1 } } } as { type: string }) +
  frame({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 50 } } as { type: string }) +
  frame({ type: 'message_stop' })

it('a long session near its limit is held to what its requests really come to, a new one to a token for each byte (R-198, R-218)', async () => {
  await using door = await openDoor((response) => void response.writeHead(200, EVENT_STREAM).end(answer))
  const { gateway, ledger, money, calls } = door.world
  const other = gateway.issue({ ...grant, sessionId: 'ses_01JC0000000000000000000002' })
  const ask = async (token: string) => {
    const answered = await fetch(`${gateway.url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': token }, body })
    await answered.text()
    return answered.status
  }
  expect(await ask(door.token)).toBe(200)
  const spent = calls()[0]?.cost ?? 0
  // A token for each byte would be held at $0.23 and the shortest useful answer at $0.03; what the bytes came to, and a quarter more, is $0.08.
  money.task = spent + 150_000_000
  expect([await ask(other), await ask(door.token)]).toEqual([402, 200])
  const [last] = calls()
  expect(last?.reserved).toBeLessThan(150_000_000)
  expect(last?.cost).toBeLessThanOrEqual(last?.reserved ?? 0)
  expect(ledger.get(last?.id ?? 'call_')?.state).toBe('settled')
})
