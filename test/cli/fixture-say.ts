import { implement } from '@orpc/server'
import { contract, type Snapshot } from '../../src/contract/index.ts'
import { createSayRouter } from '../renderer/say-router.ts'
import { channels, playbook } from '../renderer/say-rows.ts'
import * as canned from './canned.ts'
import { refuse } from './refuse.ts'

const os = implement(contract)

/** The rules, the channels and the conversation, as the page's fixtures know them. */
export function toSayRouter() {
  const { auditExport: _, ...router } = createSayRouter({
    name: 'full',
    world: { channels: channels('carrying') } as unknown as Snapshot,
    read: async <Data>(answer?: Data) => answer as Data,
    refuse,
    tell: () => undefined,
  })
  return {
    ...router,
    // As often as it is asked: a test of every verb asks twice.
    playbook: { ...router.playbook, activate: os.playbook.activate.handler(() => playbook(3)) },
    conversation: {
      say: os.conversation.say.handler(() => ({ kind: 'question' as const, text: 'Running: T1 Schema (Rex).', requestId: null })),
      brief: os.conversation.brief.handler(() => ({
        at: canned.at(60),
        since: canned.at(),
        headline: 'One task is done, one waits for you.',
        sections: [{ title: 'Waits for you', lines: [{ text: 'Deploy shop', link: null }] }],
      })),
    },
  }
}
