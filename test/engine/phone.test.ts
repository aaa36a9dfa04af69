import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApprovalId, ApprovalView, Instant } from '../../src/contract/index.ts'
import { createFacts } from '../../src/engine/facts.ts'
import { createTalking } from '../../src/engine/talking.ts'
import { type Meta, meta, openMeta } from '../channels/meta.ts'
import { openRelay, relaySecrets } from '../channels/relay-server.ts'
import { type Factory, openFactory, until } from './world.ts'

const phone = {
  name: 'whatsapp' as const,
  secrets: { accessToken: meta.accessToken, appSecret: meta.appSecret, relayToken: relaySecrets.pullToken },
}
/** No night and no waiting for company: what is tested is the way there and back. */
const awake = { quietFrom: '00:00', quietTo: '00:00', bundleSeconds: 0, briefEnabled: false, phoneDelaySeconds: 0 } as const
const product = [
  'printf \'{"name":"p","type":"module","scripts":{"start":"node server.js"}}\' > package.json',
  'printf \'import http from "node:http"; http.createServer((q,r)=>r.end("hello")).listen(process.env.PORT, process.env.HOST)\' > server.js',
].join(' && ')

/** Meta and the relay between it and REEF, with a phone in somebody's hand. */
async function openPhone() {
  const stack = new AsyncDisposableStack()
  const facebook = stack.use(await openMeta({ now: () => Date.now() }))
  const relay = stack.use(await openRelay())
  return {
    facebook,
    config: { graphUrl: facebook.url, phoneNumberId: meta.phoneNumberId, to: meta.owner, relayUrl: relay.url },
    say: async (words: object, from = meta.owner) => {
      const { id, value } = facebook.message(words, { from })
      await facebook.deliver(relay.url, [value])
      return id
    },
    forge: (words: object) => facebook.deliver(relay.url, [facebook.message(words).value], { signature: 'sha256=00' }),
    /** The first text after `from` messages that fits, as the phone shows it. */
    reads: (pattern: RegExp, from = 0) =>
      until(
        async () =>
          facebook.taken
            .slice(from)
            .map(toText)
            .find((text) => pattern.test(text)),
        20_000,
      ).catch(() => {
        throw new Error(`no message fits ${pattern}: ${JSON.stringify(facebook.taken.slice(from).map(toText))}`)
      }),
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
}
type Phone = Awaited<ReturnType<typeof openPhone>>

function toText(message: Meta['taken'][number]): string {
  if (message.type === 'text') return message.text.body
  return message.type === 'interactive' ? message.interactive.body.text : JSON.stringify(message.template.components)
}
const text = (body: string) => ({ type: 'text', text: { body } })
const codeIn = (card: string): string => /#([A-Z2-9]{6})/.exec(card)?.[1] ?? ''

describe('the whole engine with a phone (R-016, R-024, R-194)', () => {
  let factory: Factory
  let hand: Phone
  beforeAll(async () => {
    hand = await openPhone()
    factory = await openFactory()
    for (const [key, value] of Object.entries(awake)) await factory.client.settings.set({ key, value })
    await factory.client.channel.set({ ...phone, config: hand.config })
    await hand.say(text((await factory.client.channel.pair({ name: 'whatsapp' })).words))
    await until(async () => (await factory.client.channel.list()).channels.find(({ name, decides }) => name === 'whatsapp' && decides))
  }, 60_000)
  afterAll(async () => {
    await factory?.[Symbol.asyncDispose]()
    await hand?.[Symbol.asyncDispose]()
  })

  it('asks there, believes only the paired phone and the code of the card, deploys after the yes, and says that it is live (R-019, R-180)', async () => {
    const planId = await factory.submit('phoned', [
      { key: 'A', command: ['sh', '-c', product], outputs: ['package.json', 'server.js'] },
      { key: 'D', kind: 'deliver', agent: 'Forge', dependsOn: ['A'] },
    ])
    const waiting = await factory.reached(planId, 'D', ({ state }) => state === 'awaiting_input')
    const card = await hand.reads(/Deploy phoned/)
    expect(card).toMatch(/T2[\s\S]*No reply by .* DEN/i)
    const code = codeIn(card)
    expect(await hand.forge(text(`${code} yes`))).toBe(401)
    await hand.say(text(`${code} yes`), '15550001111')
    await hand.say(text('yes'))
    await hand.reads(/code|which/i, 1)
    const get = () => factory.client.approval.get({ id: waiting.approvalId as ApprovalId })
    expect((await get()).state).toBe('requested')
    await hand.say(text(`${code} yes`))
    const plan = await factory.planEnded(planId)
    expect(await get()).toMatchObject({ state: 'executed', decidedBy: 'owner', channel: 'whatsapp' })
    expect(await (await fetch(plan.endpoint ?? '')).text()).toBe('hello')
    await hand.reads(/live|done/i, 2)
    const before = hand.facebook.taken.length
    await hand.say(text(`${code} yes`))
    await hand.reads(/answered before: approved .* on WhatsApp/, before)
    const { sentences, events } = await factory.client.approval.explain({ id: waiting.approvalId as ApprovalId })
    expect(sentences.join(' ')).toMatch(/whatsapp/i)
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['approval.requested', 'approval.approved', 'approval.started', 'approval.executed']))
  })

  it('answers what is asked, stops at once, and goes on only with a code (U-16, R-027)', async () => {
    let from = hand.facebook.taken.length
    await hand.say(text("what's running?"))
    await hand.reads(/\S/, from)
    from = hand.facebook.taken.length
    await hand.say(text('STOP'))
    await hand.reads(/stopped/i, from)
    expect((await factory.client.factory.status()).mode).toBe('paused')
    from = hand.facebook.taken.length
    await hand.say(text('resume'))
    const code = /resume ([A-Z2-9]{6})/i.exec(await hand.reads(/resume [A-Z2-9]{6}/i, from))?.[1]
    expect((await factory.client.factory.status()).mode).toBe('paused')
    await hand.say(text(`resume ${code}`))
    await until(async () => ((await factory.client.factory.status()).mode === 'running' ? true : undefined))
  })

  it('keeps a record that proves itself, messages included', async () => {
    expect(await factory.client.audit.verify()).toMatchObject({ ok: true, firstBroken: null })
  })
})

it('the incident of the specification is one card and one message under the shipped policy: two mails and a deployment, each with its own answer (R-184, R-197, R-179)', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'reef-incident-'))
  await using hand = await openPhone()
  using facts = createFacts({ dataDir, packageRoot: join(import.meta.dirname, '..', '..') })
  const { approvals, channels, rules, settings } = facts
  for (const [key, value] of Object.entries({ ...awake, bundleSeconds: 2, approvalGraceSeconds: 0, irreversibleGraceSeconds: 0 }))
    settings.set(key, value, 'owner')
  await using conversation = createTalking({
    facts,
    sessions: { running: () => [] } as never,
    delivery: { list: () => [] } as never,
    views: { status: () => ({ mode: 'running', sessionsRunning: 0, sessionsMax: 4, models: 'none' }) as never },
    killSpend: async () => 0,
    stopEffects: async () => 0,
  })
  await using _channels = channels
  channels.set({ ...phone, config: hand.config })
  await channels.start()
  conversation.start()
  await hand.say(text(channels.pair('whatsapp').words))
  await until(async () => channels.list().find(({ name, decides }) => name === 'whatsapp' && decides))

  const since = Date.now() as Instant
  const ask = (action: string, what: string, payload: object, more: { text?: string; taintedBy?: string } = {}) =>
    approvals.ask({
      planId: null,
      taskId: null,
      correlationId: 'complaint-xyz',
      idempotencyKey: `complaint-xyz:${what}`,
      project: 'shop',
      action,
      card: { what, blast: '1 customer', reversible: 'no', cost: '$0', why: 'The API is down for one customer.', evidence: [], previews: [] },
      payload,
      askedBy: 'Ally',
      rehearsal: false,
      since,
      ...more,
    })
  const mail = { to: 'ann@example.org', text: 'We have found it and put it right.' }
  const asked: ApprovalView[] = [
    ask(
      'mail.customer',
      'Acknowledge the complaint of Ann',
      { ...mail, text: 'We are looking into it.' },
      { text: 'I am angry and will cancel', taintedBy: 'customer e-mail' },
    ).approval,
    ask('mail.customer', 'Tell Ann that it is resolved', mail, { text: mail.text }).approval,
    ask('deploy.production', 'Deploy the fix of the API', { commit: 'abc' }).approval,
  ]
  expect(asked.map(({ tier, safeDefault }) => [tier, safeDefault])).toEqual([
    ['T2', 'template'],
    ['T2', 'template'],
    ['T2', 'deny'],
  ])
  expect(new Set(asked.map(({ bundleId }) => bundleId)).size).toBe(1)
  const card = await hand.reads(/Acknowledge/)
  expect(card).toMatch(/1[\s\S]*Acknowledge[\s\S]*2[\s\S]*resolved[\s\S]*3[\s\S]*Deploy/)
  await hand.say(text(`1 yes 2 no 3 yes ${codeIn(card)}`))
  await until(async () => (asked.every(({ id }) => approvals.get(id).state !== 'requested') ? true : undefined))
  expect(asked.map(({ id }) => approvals.get(id).state)).toEqual(['approved', 'denied', 'approved'])
  expect(hand.facebook.taken.filter((message) => /Acknowledge the complaint/.test(toText(message)) && /#[A-Z2-9]{6}/.test(toText(message)))).toHaveLength(1)

  const [first, second, third] = asked as [ApprovalView, ApprovalView, ApprovalView]
  expect(approvals.beginExecution(first.id, { ...mail, text: 'We are looking into it.' })).toBe(true)
  expect(() => approvals.beginExecution(second.id, mail)).toThrow(expect.objectContaining({ code: 'approval/already-decided' }))
  expect(() => approvals.beginExecution(third.id, { commit: 'another' })).toThrow(expect.objectContaining({ code: 'approval/drifted' }))
  expect(await facts.journal.verify()).toMatchObject({ ok: true })
  expect(rules.policies.get().version).toBe(1)
  rmSync(dataDir, { recursive: true, force: true })
})
