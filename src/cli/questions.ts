import type { ApprovalView } from '../contract/approvals.ts'
import { toApprovalLines } from './approval-lines.ts'
import { ask, type Terminal } from './ask.ts'
import type { Client } from './connect.ts'
import { toFailure, toSentence } from './failure.ts'
import { shortId } from './find.ts'

type Deps = {
  readonly terminal: Terminal
  readonly say: (line: string) => void
  readonly client: () => Client
  readonly zone: () => string
  readonly dataDir: string
  readonly dataDirFlag: string
}

/** Puts open approvals to the person at the terminal, one at a time, and takes a question back when it is answered elsewhere. */
export function createQuestions({ terminal, say, client, zone, dataDir, dataDirFlag }: Deps) {
  const open = new Map<string, AbortController>()
  let last: Promise<void> = Promise.resolve()

  async function put(approval: ApprovalView, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    for (const line of ['', ...toApprovalLines(approval, zone()), '']) say(line)
    const reply = await ask(terminal, `Approve ${shortId(approval.id)}? y/N (Enter alone does nothing) `, signal)
    if (signal.aborted) return say('(answered elsewhere)')
    if (reply === 'nothing') return say(`Not answered. Later: reef approval approve ${shortId(approval.id)}${dataDirFlag}`)
    try {
      if (reply === 'yes') await client().approval.approve({ id: approval.id, payloadHash: approval.payloadHash })
      else await client().approval.deny({ id: approval.id, reason: 'other' })
    } catch (error) {
      say(toSentence((await toFailure(error, dataDir)).refusal))
    }
  }

  return {
    /** Asks for a request once; every other state takes its question back. */
    see(approval: ApprovalView): void {
      if (approval.state !== 'requested') open.get(approval.id)?.abort()
      if (approval.state !== 'requested' || open.has(approval.id)) return
      const controller = new AbortController()
      open.set(approval.id, controller)
      last = last.then(() => put(approval, controller.signal))
    },
    end(): void {
      for (const controller of open.values()) controller.abort()
    },
  }
}
export type Questions = ReturnType<typeof createQuestions>
