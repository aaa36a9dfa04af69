import { WebSocket } from 'ws'

// A face without a screen: parses every frame and notes how old each event was when it was readable.
const latenciesMs: number[] = []
let expected: number | undefined
const socket = new WebSocket(`ws://127.0.0.1:${process.argv[2]}`)
socket.on('message', (data) => {
  const message = JSON.parse(String(data)) as { kind: 'events'; events: Array<{ seq: number }>; sentAt: string[] } | { kind: 'end' }
  const now = process.hrtime.bigint()
  if (message.kind === 'end') {
    process.send?.({ received: latenciesMs.length, latenciesMs })
    return
  }
  for (const [i, event] of message.events.entries()) {
    if (expected !== undefined && event.seq !== expected) throw new Error(`gap: expected ${expected}, got ${event.seq}`)
    expected = event.seq + 1
    latenciesMs.push(Number(now - BigInt(message.sentAt[i] ?? '0')) / 1e6)
  }
})
