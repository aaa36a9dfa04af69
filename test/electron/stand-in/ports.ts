import type { MessagePort } from 'node:worker_threads'
import { MessageChannel } from 'node:worker_threads'
import type { MessageChannelMain as RealChannel, MessagePortMain as RealPort } from 'electron'
import { LoudEmitter } from './loud.ts'

/** A port of Node's own channel, with Electron's face: silent until `start`, events instead of bare values. */
export class MessagePortMain extends LoudEmitter implements Pick<RealPort, 'close' | 'postMessage' | 'start'> {
  readonly inner: MessagePort

  constructor(inner: MessagePort) {
    super()
    this.inner = inner
    inner.on('close', () => this.emit('close'))
  }

  start(): void {
    this.inner.on('message', (data: unknown) => this.emit('message', { data, ports: [] }))
  }

  postMessage(message: unknown, transfer?: unknown[]): void {
    if (transfer && transfer.length > 0) throw new Error('The stand-in does not send ports over ports.')
    this.inner.postMessage(message)
  }

  close(): void {
    this.inner.close()
  }
}

export class MessageChannelMain implements Record<keyof RealChannel, MessagePortMain> {
  readonly port1: MessagePortMain
  readonly port2: MessagePortMain

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.port1 = new MessagePortMain(port1)
    this.port2 = new MessagePortMain(port2)
  }
}
