import { grant, openWorld } from './world.ts'

export type Memory = { readonly grownMb: number; readonly states: readonly string[] }

// A gateway in a process of its own, so that what it holds is nobody else's: says how far it grew at most since it was last asked.
const world = await openWorld()
world.router.add({ name: 'fake', wire: 'anthropic', baseUrl: process.argv[2] ?? '', key: 'sk-the-real-key' }, 'owner')
let before = process.memoryUsage.rss()
let most = before
const watch = setInterval(look, 5)

function look(): void {
  most = Math.max(most, process.memoryUsage.rss())
}

process.on('message', () => {
  look()
  const memory: Memory = { grownMb: (most - before) / 2 ** 20, states: world.calls().map((call) => `${call.state} ${call.confidence}`) }
  before = process.memoryUsage.rss()
  most = before
  process.send?.(memory)
})
process.once('disconnect', async () => {
  clearInterval(watch)
  await world[Symbol.asyncDispose]()
  process.exit()
})
process.send?.({ url: world.gateway.url, token: world.gateway.issue(grant) })
