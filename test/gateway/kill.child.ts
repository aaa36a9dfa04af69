import { grant, openWorld } from './world.ts'

// An engine's gateway and ledger in a process of its own, which a test kills.
const [dataDir = '', upstream = ''] = process.argv.slice(2)
const world = await openWorld({}, { dataDir })
const recovered = world.ledger.recover()
if (!world.router.list().some(({ name }) => name === 'fake'))
  world.router.add({ name: 'fake', wire: 'anthropic', baseUrl: upstream, key: 'sk-the-real-key' }, 'owner')
process.send?.({ url: world.gateway.url, token: world.gateway.issue(grant), recovered })
process.once('disconnect', () => process.exit())
