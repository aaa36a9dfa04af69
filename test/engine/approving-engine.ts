// An engine that approves one card and then lives until it is killed: `approving-engine.ts DATA_DIR APPROVAL_ID`.
import type { ApprovalId } from '../../src/contract/index.ts'
import { openFactory } from './world.ts'

const [dataDir = '', id = ''] = process.argv.slice(2)
const { client } = await openFactory({ dataDir })
const { payloadHash } = await client.approval.get({ id: id as ApprovalId })
await client.approval.approve({ id: id as ApprovalId, payloadHash })
setInterval(() => {}, 60_000)
