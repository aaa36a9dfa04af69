import { implement } from '@orpc/server'
import { type ChannelView, contract, type PlaybookView, type PolicyProblem, type Refusal, type Snapshot, tiers } from '../../src/contract/index.ts'
import { ago, id, NOW } from './rows.ts'
import { message, playbook, playbooks, policy, policyVersions, received, sent, templates, trust } from './say-rows.ts'
import type { WorldName } from './worlds.ts'

type Deps = {
  readonly name: WorldName
  readonly world: Snapshot
  readonly read: <Data>(answer?: Data) => Promise<Data>
  readonly refuse: (refusal: Refusal) => never
  readonly tell: (type: string, subject: string, data: unknown, actor?: string) => undefined
}
type Instant = PlaybookView['createdAt']

const os = implement(contract)
const ok = { ok: true as const }
const now = NOW as Instant
const DAY_MS = 86_400_000

/** What a page asks about rules and channels, answered from one world; acts of the page are its own. */
export function createSayRouter({ name, world, read, refuse, tell }: Deps) {
  const empty = name === 'empty'
  const many = name === 'thousand'
  let standing = policy(empty ? { version: 1, raise: [], files: [] } : {})
  let versions = policyVersions(many)
  const books = empty
    ? []
    : [...playbooks(), ...(many ? Array.from({ length: 1000 }, (_, i) => playbook(i + 1000, { state: 'expired', endedAt: ago(i) })) : [])]
  const words = empty ? [] : templates()
  const find = (wanted: string): PlaybookView =>
    books.find((one) => one.id === wanted) ?? refuse({ code: 'playbook/unknown', message: 'There is no such playbook.' })
  const keep = (row: PlaybookView, type: string): PlaybookView => {
    const i = books.findIndex((one) => one.id === row.id)
    if (i === -1) books.push(row)
    else books[i] = row
    tell(type, row.id, row, 'owner')
    return row
  }
  const findChannel = (wanted: string): ChannelView =>
    world.channels.find((one) => one.name === wanted) ?? refuse({ code: 'channel/invalid', message: 'There is no such channel.' })
  const keepChannel = (row: ChannelView, type = 'channel.changed'): ChannelView => {
    world.channels[world.channels.findIndex((one) => one.name === row.name)] = row
    tell(type, row.name, row, 'owner')
    return row
  }
  const out = sent(many)
  /** The receipt of a message that was taken comes a moment after somebody looks at its card. */
  const deliver = (wanted: string): void => {
    const i = out.findIndex((row) => row.id === wanted && row.state === 'accepted')
    const row = out[i]
    if (!row) return
    out[i] = { ...row, state: 'delivered', deliveredAt: now }
    tell('message.moved', row.id, out[i])
  }
  return {
    policy: os.policy.router({
      get: os.policy.get.handler(() => read(standing)),
      versions: os.policy.versions.handler(() => read({ versions })),
      check: os.policy.check.handler(({ input }) => read({ problems: problemsOf(input.name, input.text) })),
      try: os.policy.try.handler(async ({ input }) => {
        await read()
        const problems = problemsOf(input.name, input.text)
        const moved = problems.length > 0 || input.text === policy().files.find((one) => one.name === input.name)?.text ? 0 : many ? input.limit : 9
        return {
          problems,
          actions: empty || problems.length > 0 ? 0 : input.limit,
          changed: Array.from({ length: empty ? 0 : moved }, (_, i) => ({
            approvalId: id('apr', 300 + i),
            at: ago(i * 90),
            action: i % 3 === 2 ? 'mail.customer' : 'deploy.local',
            what: i % 3 === 2 ? `Answer customer ${4400 + i}` : `Deploy shop v${40 - i} on this machine`,
            from: 'T2' as const,
            to: i % 3 === 2 ? ('T3' as const) : ('T1' as const),
            because: i % 3 === 2 ? ['angry-customer: an angry customer hears from you in earnest'] : ['deploy.local is T1'],
          })),
          tiers: tiers.map((tier, i) => ({
            tier,
            now: [61, 84, 51, 4][i] ?? 0,
            trial: ([61, 84, 51, 4][i] ?? 0) + (moved === 0 ? 0 : ([0, 6, -9, 3][i] ?? 0)),
          })),
        }
      }),
      save: os.policy.save.handler(({ input }) => {
        if (input.confirm !== input.name) refuse({ code: 'approval/not-confirmed', message: 'What was typed is not the name of the file.', field: 'confirm' })
        if (problemsOf(input.name, input.text).length > 0) refuse({ code: 'policy/invalid', message: 'The file has a problem.' })
        const fresh = { version: standing.version + 1, acceptedAt: now, acceptedBy: 'owner' as const, note: 'deploy.local T2 → T1' }
        standing = {
          ...standing,
          ...fresh,
          files: [...standing.files.filter((one) => one.name !== input.name), { name: input.name, text: input.text, problems: [] }].sort((a, b) =>
            a.name.localeCompare(b.name),
          ),
        }
        versions = [fresh, ...versions]
        tell('policy.accepted', 'policy', fresh, 'owner')
        return standing
      }),
    }),
    playbook: os.playbook.router({
      list: os.playbook.list.handler(() => read({ playbooks: books, trust: empty ? [] : trust(many) })),
      draft: os.playbook.draft.handler(({ input: { fromApproval: _, ...input } }) =>
        keep(
          playbook(50 + books.length, { ...input, state: 'draft', createdAt: now, activatedAt: null, expiresAt: null, uses: 0, usedUsd: 0, lastUsedAt: null }),
          'playbook.drafted',
        ),
      ),
      activate: os.playbook.activate.handler(({ input }) => {
        const found = find(input.id)
        if (found.state !== 'draft') refuse({ code: 'playbook/not-draft', message: 'It is no draft any more.' })
        return keep({ ...found, state: 'active', activatedAt: now, expiresAt: (now + found.days * DAY_MS) as Instant }, 'playbook.activated')
      }),
      revoke: os.playbook.revoke.handler(({ input }) => keep({ ...find(input.id), state: 'revoked', endedAt: now }, 'playbook.ended')),
      override: os.playbook.override.handler(({ input }) =>
        keep(
          playbook(50 + books.length, {
            name: `Incident: ${input.incident}`,
            origin: 'incident',
            because: input.incident,
            scope: { actions: input.actions, agents: [], projects: [] },
            createdAt: now,
            activatedAt: now,
            days: input.hours / 24,
            expiresAt: (now + input.hours * 3_600_000) as Instant,
            uses: 0,
            usedUsd: 0,
          }),
          'playbook.activated',
        ),
      ),
    }),
    template: os.template.router({
      list: os.template.list.handler(() => read({ templates: words })),
      save: os.template.save.handler(({ input }) => {
        const fresh = { ...input, changedAt: now }
        const i = words.findIndex((one) => one.name === input.name)
        if (i === -1) words.push(fresh)
        else words[i] = fresh
        tell('template.changed', input.name, fresh, 'owner')
        return fresh
      }),
      remove: os.template.remove.handler(({ input }) => {
        if (input.name === 'aware-and-investigating')
          refuse({ code: 'template/in-use', message: 'mail.customer sends it when nobody answers.', remedy: 'Name another template in default.yaml first.' })
        words.splice(
          words.findIndex((one) => one.name === input.name),
          1,
        )
        return tell('template.removed', input.name, { name: input.name }, 'owner') ?? ok
      }),
    }),
    channel: os.channel.router({
      list: os.channel.list.handler(() => read({ channels: world.channels })),
      set: os.channel.set.handler(({ input }) => {
        const before = findChannel(input.name)
        if (input.secrets.token === 'wrong')
          refuse({ code: 'channel/refused', message: 'The gateway refuses this token.', field: 'secrets.token', remedy: 'Read it from its configuration.' })
        const secrets = new Set<string>(before.secrets)
        for (const [secret, value] of Object.entries(input.secrets)) {
          if (value === '') secrets.delete(secret)
          else secrets.add(secret)
        }
        return keepChannel({
          ...before,
          state: 'unproven',
          detail: 'It sends; no reply of yours has come back yet.',
          remedy: 'Pair it.',
          address: input.config['to'] ?? input.config['url'] ?? null,
          since: now,
          config: input.config,
          secrets: [...secrets],
        })
      }),
      off: os.channel.off.handler(({ input }) =>
        keepChannel({ ...findChannel(input.name), state: 'off', detail: 'Turned off.', remedy: null, pairedSender: null, decides: false }),
      ),
      test: os.channel.test.handler(({ input }) => {
        const row = message(3000, {
          channel: input.name,
          kind: 'test',
          text: 'REEF: this is a test.',
          state: input.name === 'whatsapp' ? 'failed' : 'delivered',
          buttons: [],
        })
        const failed = { ...row, error: row.state === 'failed' ? 'Meta: (#131047) more than 24 hours have passed' : null }
        tell('message.written', failed.id, failed)
        return failed
      }),
      pair: os.channel.pair.handler(async ({ input }) => {
        await read()
        const found = findChannel(input.name)
        setTimeout(
          () =>
            keepChannel(
              { ...found, state: 'ready', pairedSender: found.address, decides: true, remedy: null, detail: 'Messages go and come.', lastReceivedAt: now },
              'channel.paired',
            ),
          1500,
        )
        return { code: 'K7Q2XM', until: (now + 600_000) as Instant, words: 'REEF PAIR K7Q2XM' }
      }),
      unpair: os.channel.unpair.handler(({ input }) => keepChannel({ ...findChannel(input.name), state: 'unproven', pairedSender: null, decides: false })),
      messages: os.channel.messages.handler(async ({ input }) => {
        await read()
        const { channel, before, bundleId } = input
        const about = out.filter((row) => !bundleId || row.bundleId === bundleId)
        const ids = new Set<string | null>(about.map((row) => row.id))
        const those = <Row extends { id: string; channel: string }>(rows: readonly Row[]) =>
          rows.filter((row) => (!channel || row.channel === channel) && (!before || row.id < before)).slice(0, input.limit)
        if (bundleId) for (const row of about) if (row.state === 'accepted') setTimeout(() => deliver(row.id), 1500)
        return empty ? { sent: [], received: [] } : { sent: those(about), received: those(received(many).filter((row) => !bundleId || ids.has(row.repliesTo))) }
      }),
      present: os.channel.present.handler(() => ok),
    }),
    auditExport: os.audit.export.handler(async ({ input }) => {
      await read()
      const rows = input.format === 'csv' ? ['seq,type\n1,factory.started\n', '2,plan.created\n'] : ['{"seq":1}\n', '{"seq":2}\n']
      return input.after === 0 ? { text: rows[0] ?? '', next: 1 } : { text: rows[1] ?? '', next: null }
    }),
  }
}

/** A tier that does not exist is the one mistake that this stand-in knows. */
const problemsOf = (file: string, text: string): PolicyProblem[] =>
  text.split('\n').flatMap((line, i) => {
    const tier = /tier: (T[4-9])/.exec(line)?.[1]
    return tier ? [{ file, line: i + 1, field: 'tier', message: `${tier} is no tier: T0, T1, T2 or T3.` }] : []
  })
