import type { FactoryStatus } from '../contract/health.ts'
import { type Attention, taskWords } from '../contract/words.ts'
import type { Declare } from './context.ts'
import { dateTime } from './local-time.ts'
import { paintAttention } from './paint.ts'
import { toFacts } from './table.ts'

export const declare: Declare = (status, run) => {
  status.action(
    run(async (cli) => {
      const { client } = await cli.engine()
      const answer = await client.factory.status()
      await cli.show(answer, () => toLines(answer))
    }),
  )
}

const modes: Record<FactoryStatus['mode'], Attention> = { running: 'quiet', paused: 'waiting', draining: 'waiting' }

function toLines(status: FactoryStatus): string[] {
  const counts = Object.entries(taskWords).flatMap(([state, { word, attention }]) => {
    const n = status.counts[state] ?? 0
    return n === 0 ? [] : [paintAttention(attention, `${n} ${word}`)]
  })
  return toFacts([
    [
      'REEF',
      `${status.version}, ${paintAttention(modes[status.mode], status.mode)}, up since ${dateTime(status.startedAt, status.timeZone)} (${status.timeZone})`,
    ],
    ['tasks', counts.join(', ') || 'none'],
    ['sessions', `${status.sessionsRunning} of ${status.sessionsMax}`],
    ['approvals', status.approvalsOpen === 0 ? 'none open' : paintAttention('waiting', `${status.approvalsOpen} wait for you: reef approval list --open`)],
    ['models', status.models === 'none' ? 'none connected: reef provider add, or reef rehearse' : 'connected'],
    ['rehearsal', status.rehearsal],
    ['page', status.url],
    ['gateway', status.gatewayUrl],
    ['data', status.dataDir],
    ['engine', `process ${status.pid}, loop delay p99 ${status.lagP99Ms.toFixed(1)} ms, event ${status.lastSeq}`],
  ])
}
