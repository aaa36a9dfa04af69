import { implement } from '@orpc/server'
import type { ApprovalView, Refusal } from '../../src/contract/index.ts'
import { contract } from '../../src/contract/index.ts'
import { approval, oversight } from './approval-rows.ts'
import { ago, id } from './rows.ts'
import type { WorldName } from './worlds.ts'

type Stage = {
  now(): ApprovalView['deadline']
  readonly approvals: Map<string, ApprovalView>
  decide(row: ApprovalView, type: string): ApprovalView
}

/** The approvals of one world, and what the owner missed. */
export function createApprovalRouter({
  name,
  stage,
  read,
  refuse,
}: {
  name: WorldName
  stage: Stage
  read: <Data>(answer?: Data) => Promise<Data>
  refuse: (refusal: Refusal) => never
}) {
  const os = implement(contract)
  const find = (wanted: string) => stage.approvals.get(wanted) ?? refuse({ code: 'approval/unknown', message: 'There is no such approval.' })
  const findOpen = (wanted: string) => {
    const found = find(wanted)
    if (found.state !== 'requested') refuse({ code: 'approval/already-decided', message: 'It was already decided.' })
    return found
  }
  const by = () => ({ decidedBy: 'owner' as const, channel: 'browser', decidedAt: stage.now() })
  const undecided = { state: 'requested' as const, decidedBy: null, channel: null, decidedAt: null, effectiveAt: null, chosen: null }
  type Answer = { payloadHash: string; option?: string | undefined; confirm?: string | undefined; now?: boolean; seen?: ApprovalSeen | undefined }
  type ApprovalSeen = { ms: number; previews: number }
  const approve = (wanted: string, { payloadHash, option, confirm, now, seen }: Answer) => {
    const found = findOpen(wanted)
    if (found.payloadHash !== payloadHash) refuse({ code: 'approval/drifted', message: 'It has changed since you looked at it.', remedy: 'Look again.' })
    if (found.confirm !== null && confirm !== found.confirm) refuse({ code: 'approval/not-confirmed', message: 'What was typed is not the name on the card.' })
    if (!seen) refuse({ code: 'approval/not-seen', message: 'Nobody has looked at it.' })
    const grace = now ? 0 : found.irreversible ? 30_000 : 10_000
    return stage.decide(
      {
        ...found,
        ...by(),
        state: 'approved',
        seenMs: seen?.ms ?? null,
        previewsSeen: seen?.previews ?? null,
        effectiveAt: (stage.now() + grace) as ApprovalView['deadline'],
        chosen: option ?? found.options[0]?.id ?? null,
      },
      'approval.approved',
    )
  }
  const words = ({ what, why, state, action, tier, askedBy }: ApprovalView) => [what, why, state, action, tier, askedBy].join(' ').toLowerCase()
  return {
    bundle: {
      approve: os.bundle.approve.handler(({ input }) => {
        for (const { id: member } of input.members) if (findOpen(member).tier !== 'T2') refuse({ code: 'approval/not-seen', message: 'Only T2 goes together.' })
        return { approvals: input.members.map((member) => approve(member.id, member)) }
      }),
    },
    approval: {
      list: os.approval.list.handler(async ({ input }) => {
        await read()
        const rows = [...stage.approvals.values()]
          .filter(
            (one) =>
              (!input.open || one.state === 'requested') &&
              (!input.state || one.state === input.state) &&
              (!input.action || one.action === input.action) &&
              (!input.tier || one.tier === input.tier) &&
              (!input.text || words(one).includes(input.text.toLowerCase())) &&
              (!input.before || one.id < input.before),
          )
          .sort((a, b) => (a.id < b.id ? 1 : -1))
        return { approvals: rows.slice(0, input.limit) }
      }),
      get: os.approval.get.handler(({ input }) => find(input.id)),
      approve: os.approval.approve.handler(({ input }) => {
        if (!input.edits) return approve(input.id, input)
        const before = findOpen(input.id)
        const edits = input.edits
        const text = (field: string, was: string) => edits[field] ?? was
        stage.decide(
          {
            ...before,
            editable: before.editable.map((one) => ({ ...one, value: text(one.field, one.value) })),
            previews: before.previews.map((one) =>
              one.kind === 'mail' ? { ...one, subject: text('subject', one.subject), text: text('text', one.text) } : one,
            ),
          },
          'approval.edited',
        )
        return approve(input.id, input)
      }),
      deny: os.approval.deny.handler(({ input }) =>
        stage.decide(
          { ...findOpen(input.id), ...by(), state: 'denied', reason: input.note ? `${input.reason}: ${input.note}` : input.reason },
          'approval.denied',
        ),
      ),
      question: os.approval.question.handler(({ input }) => {
        const found = findOpen(input.id)
        const closed = stage.decide({ ...found, ...by(), state: 'denied', reason: `question: ${input.text}` }, 'approval.denied')
        const anew = approval(40, {
          ...found,
          id: id('apr', 40),
          bundleId: id('bun', 40),
          requestedAt: stage.now(),
          deadline: ago(-600),
          agentSays: `You asked: ${input.text} No, nothing reads it.`,
        })
        setTimeout(() => stage.decide(anew, 'approval.requested'), 50)
        return closed
      }),
      snooze: os.approval.snooze.handler(({ input }) => {
        const found = findOpen(input.id)
        if (input.until >= found.deadline) refuse({ code: 'approval/snooze-too-long', message: 'That is past its deadline.' })
        return stage.decide({ ...found, snoozedUntil: input.until }, 'approval.snoozed')
      }),
      undo: os.approval.undo.handler(({ input }) => stage.decide({ ...find(input.id), ...undecided }, 'approval.undone')),
      regret: os.approval.regret.handler(({ input }) => stage.decide({ ...find(input.id), regrettedAt: stage.now() }, 'approval.regretted')),
      explain: os.approval.explain.handler(async ({ input }) => {
        await read()
        const found = find(input.id)
        return {
          approval: found,
          sentences: [
            `${found.askedBy} asked for ${found.action} while it worked on ${found.taskId ?? 'nothing'}.`,
            `Policy 4 gave it ${found.tier}: ${found.tierBecause.join('; ')}.`,
          ],
          policy: { version: 4, acceptedAt: ago(9000), text: 'version: 1\nclasses:\n  deploy.local: { tier: T2 }\n' },
          events: [
            { seq: 49, at: found.requestedAt, type: 'approval.requested', actor: 'agent:Forge' as const, hash: '9f2c'.repeat(16) },
            ...(found.decidedAt === null
              ? []
              : [{ seq: 50, at: found.decidedAt, type: `approval.${found.state}`, actor: found.decidedBy ?? ('engine' as const), hash: '4be1'.repeat(16) }]),
          ],
        }
      }),
      oversight: os.approval.oversight.handler(() =>
        read(
          name === 'empty'
            ? oversight({
                asked: 0,
                decided: 0,
                approved: 0,
                denied: 0,
                expired: 0,
                undone: 0,
                regretted: 0,
                preauthorised: 0,
                approveRate: null,
                undoRate: null,
                expiredRate: null,
                regretRate: null,
                medianDecisionMs: null,
                medianSeenMs: null,
                decidedBeforeHalf: null,
                cardsPerHour: 0,
                open: 0,
                byClass: [],
                suggestions: [],
                sample: [],
              })
            : name === 'thousand'
              ? oversight({ open: 1009, medianSeenMs: 1400, brake: true, shedding: { agent: 'Forge', because: '1,009 cards are open, 600 of them its own' } })
              : oversight(),
        ),
      ),
    },
    conversation: {
      say: os.conversation.say.handler(({ input }) => ({ kind: 'unclear' as const, text: `I did not understand “${input.text}”.`, requestId: null })),
      brief: os.conversation.brief.handler(({ input }) =>
        read({
          at: stage.now(),
          since: input?.since ?? ago(480),
          headline: name === 'empty' ? 'Nothing happened.' : '2 plans moved, 1 thing was released, 9 cards wait for you.',
          sections:
            name === 'empty'
              ? []
              : [
                  {
                    title: 'Done',
                    lines: [
                      { text: 'invoice-lint v3 is up', link: id('apr', 10) },
                      { text: 'T4 Build the scraper passed its gate', link: id('task', 4) },
                    ],
                  },
                  { title: 'Waits for you', lines: [{ text: 'Deploy price-api v14, denied at 16:10', link: id('apr', 11) }] },
                  { title: 'Spend', lines: [{ text: '$4.18 of $30.00', link: null }] },
                ],
        }),
      ),
    },
  }
}
