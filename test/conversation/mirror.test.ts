import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import type { ChannelName } from '../../src/contract/index.ts'
import { codeOf, HOUR, openWorld, tellCard, type World } from './world.ts'

const MINUTE = 60_000
const desk = { actor: 'owner', channel: 'desktop' } as const

function openPaired(...more: Parameters<typeof openWorld>) {
  const world = openWorld(...more)
  world.addPhone('whatsapp')
  return world
}
const denyAtDesk = (world: World, id: string) => world.approvals.deny(id as never, { reason: 'other' }, desk)

describe('a card on its way to the phone', () => {
  it('is one message for a bundle, sent when its minute is over, and never twice (U-49, R-184, R-197)', async () => {
    await using world = openPaired()
    const incident = { correlationId: 'incident-7' }
    world.ask('Acknowledge the complaint', incident)
    await world.look()
    world.clock.advance(30_000)
    world.ask('Mail the resolution', incident)
    world.ask('Deploy the fix', incident)
    await world.look()
    expect(world.sent()).toEqual([])
    world.clock.advance(30_000)
    for (let i = 0; i < 3; i++) await world.look()
    world.reopen()
    await world.look()
    expect(world.texts()).toHaveLength(1)
    expect(world.texts()[0]).toMatch(/3 decisions about one matter\n1 · T2 · Acknowledge.*\n2 · T2 · Mail.*\n3 · T2 · Deploy/)
  })

  it('lets late members join in silence, unless they press sooner than what was told', async () => {
    await using world = openPaired()
    const matter = { correlationId: 'incident-7' }
    await tellCard(world, 'Deploy the fix', matter)
    world.ask('Tidy up', matter)
    await world.look()
    expect(world.texts()).toHaveLength(1)
    world.policy.deadlineMs = HOUR
    world.ask('Answer the press', matter)
    await world.look()
    await world.look()
    expect(world.texts()).toHaveLength(2)
    expect(world.texts()[1]).toContain('3 decisions about one matter')
    expect(await world.hear(`1 yes 2 no 3 no ${codeOf(world)}`)).toContain('1 · Approved: Deploy the fix')
  })

  it('of T3 stands alone, also in the middle of an incident', async () => {
    await using world = openPaired()
    const matter = { correlationId: 'incident-7' }
    world.ask('Deploy the fix', matter)
    world.policy.tier = 'T3'
    world.ask('Delete the old rows', matter)
    world.clock.advance(MINUTE)
    await world.look()
    expect(world.texts().filter((text) => text.includes('T3'))).toEqual([expect.stringMatching(/· T3 · Delete the old rows/)])
    expect(world.texts()).toHaveLength(2)
  })

  it('waits a minute while the owner is at the desk, and is not sent at all when he decides there (U-60)', async () => {
    await using world = openPaired()
    world.channels.present()
    const first = world.ask()
    world.clock.advance(MINUTE)
    await world.look()
    expect(world.sent()[0]).toMatchObject({ state: 'pending', nextAttemptAt: world.clock.now() + MINUTE })
    denyAtDesk(world, first.id)
    await world.look()
    expect(world.sent().map(({ state, kind }) => [kind, state])).toEqual([['approval', 'withdrawn']])
    world.clock.advance(2 * MINUTE)
    const second = world.ask('Deploy v15')
    world.clock.advance(MINUTE)
    await world.look()
    expect(world.sent().at(-1)).toMatchObject({ bundleId: second.bundleId, nextAttemptAt: world.clock.now() })
  })

  it('waits for the morning at night, on the night of a clock change too; what is critical does not (U-62, U-64)', async () => {
    // 22:30 on 3 April 2027 in New Zealand; the clock goes back at three.
    await using world = openPaired({ start: Date.UTC(2027, 3, 3, 9, 30) })
    world.policy.deadlineMs = 24 * HOUR
    await tellCard(world)
    expect(world.sent()[0]?.nextAttemptAt).toBe(Date.UTC(2027, 3, 3, 19, 0))
    world.made.urgency = 'critical'
    world.ask('Put the shop back')
    world.clock.advance(MINUTE)
    await world.look()
    expect(world.sent()[1]?.nextAttemptAt).toBe(world.clock.now())
  })

  it('that changes after it was told is told anew, and the old code is worth nothing (U-67)', async () => {
    await using world = openPaired()
    const { approval, code } = await tellCard(world)
    world.db.prepare(`UPDATE approval SET payload_hash = 'another' WHERE id = ?`).run(approval.id)
    world.clock.advance(1000)
    expect(await world.hear(`${code} yes`)).toContain('it changed since you were told')
    for (let i = 0; i < 3; i++) await world.look()
    expect(world.texts('approval').map((text) => text.split(' #')[0])).toEqual(['REEF', 'REEF, changed'])
    expect(await world.hear(`${code} yes`)).toContain('is void: what it stood for has changed')
    await world.hear(`${codeOf(world)} yes`)
    expect(world.approvals.get(approval.id).state).toBe('approved')
  })

  it('that cannot be told does not keep the others from being told', async () => {
    await using world = openPaired()
    const bad = world.ask('Broken')
    const good = world.ask('Sound')
    world.db.exec(`CREATE TEMP TRIGGER broken BEFORE INSERT ON card WHEN NEW.bundle_id = '${bad.bundleId}' BEGIN SELECT RAISE(ABORT, 'no'); END`)
    world.clock.advance(MINUTE)
    await world.look()
    expect(world.sent().map(({ bundleId }) => bundleId)).toEqual([good.bundleId])
  })

  it('carries no secret that is known, and never leaves after its deadline', async () => {
    await using world = openPaired()
    const { approval, message } = await tellCard(world, 'Call it with sk-very-secret')
    expect(message.text).toContain('Call it with •••')
    expect(message.expiresAt).toBe(approval.deadline)
  })

  it('leaves at once where nothing more can join it, and by itself when its minute is over; what is decided meanwhile closes it', async () => {
    await using world = openPaired()
    world.conversation.start()
    const plain = world.ask()
    world.policy.tier = 'T3'
    world.ask('Delete the old rows')
    await vi.waitFor(() => expect(world.texts('approval')).toEqual([expect.stringContaining('Delete the old rows')]))
    world.clock.advance(MINUTE)
    await vi.waitFor(() => expect(world.texts('approval')).toHaveLength(2), 5000)
    world.deliver()
    denyAtDesk(world, plain.id)
    await vi.waitFor(() => expect(world.texts('update')).toHaveLength(1))
  })

  it('of a rehearsal rings nobody', async () => {
    await using world = openPaired()
    world.ask('Release the rehearsal', { rehearsal: true })
    world.clock.advance(MINUTE)
    await world.look()
    expect(world.sent()).toEqual([])
  })

  it('is sent once a phone is there, where none was before', async () => {
    await using world = openWorld()
    world.ask()
    world.clock.advance(MINUTE)
    await world.look()
    world.addPhone('whatsapp')
    await world.look()
    expect(world.texts('approval')).toHaveLength(1)
  })
})

describe('reminders (R-177, U-69)', () => {
  it('come at half and at nine tenths of the time, once for a bundle, and say again what silence means', async () => {
    await using world = openPaired()
    const { code } = await tellCard(world, 'A', { correlationId: 'x' })
    world.ask('B', { correlationId: 'x' })
    for (const hours of [2, 0.05, 1.6, 0.05]) {
      world.clock.advance(hours * HOUR)
      world.approvals.remind()
      await world.look()
      world.deliver()
    }
    const reminders = world.texts('reminder')
    expect(reminders.map((text) => text.split(' #')[0])).toEqual(['REEF, reminder', 'REEF, last reminder'])
    for (const text of reminders) expect(text).toMatch(/2 decisions[\s\S]*(⇒|DENIED)/)
    expect(await world.hear(`${code} yes`)).toContain('Approved: A')
  })

  it('are not sent for what sleeps, nor on top of a card that has not left yet', async () => {
    await using world = openPaired()
    const { approval } = await tellCard(world)
    world.clock.advance(HOUR)
    world.approvals.snooze(approval.id, (world.clock.now() + 1.5 * HOUR) as never, desk)
    world.clock.advance(1.2 * HOUR)
    world.approvals.remind()
    await world.look()
    expect(world.texts('reminder')).toEqual([])

    const late = world.ask('Late')
    world.clock.advance(MINUTE)
    await world.look()
    world.clock.advance(2 * HOUR)
    world.approvals.remind()
    await world.look()
    expect(world.sent().filter(({ bundleId }) => bundleId === late.bundleId)).toHaveLength(1)
  })
})

describe('what was decided elsewhere (U-55)', () => {
  it('is told where the card had arrived, once the time to undo is over', async () => {
    await using world = openPaired()
    const { approval, code } = await tellCard(world)
    world.approvals.approve(approval.id, approval.payloadHash, desk)
    await world.look()
    expect(world.texts('update')).toEqual([])
    world.clock.advance(10_000)
    for (let i = 0; i < 3; i++) await world.look()
    expect(world.texts('update')).toEqual([expect.stringMatching(new RegExp(`#${code} .*\\nAlready approved \\d\\d:\\d\\d on the desktop\\.`))])
  })

  it('is not told on the channel on which it was decided, but on the others', async () => {
    await using world = openPaired()
    world.addPhone('openclaw')
    const { code } = await tellCard(world)
    await world.hear(`${code} no`)
    await world.look()
    expect(
      world
        .sent()
        .filter(({ kind }) => kind === 'update')
        .map(({ channel }) => channel),
    ).toEqual(['openclaw'] satisfies ChannelName[])
  })

  it('is open again when it was undone, and reminded of', async () => {
    await using world = openPaired()
    const { approval } = await tellCard(world)
    world.approvals.approve(approval.id, approval.payloadHash, desk)
    await world.look()
    world.approvals.undo(approval.id, 'owner')
    world.clock.advance(2 * HOUR)
    world.approvals.remind()
    await world.look()
    expect(world.texts('update')).toEqual([])
    const code = /#([A-Z2-9]{6})/.exec(world.texts('reminder')[0] ?? '')?.[1]
    await world.hear(`${code} no`)
    expect(world.approvals.get(approval.id).state).toBe('denied')
  })

  it('also says what silence has become', async () => {
    await using world = openPaired()
    await tellCard(world)
    world.clock.advance(4 * HOUR)
    world.approvals.expire()
    await world.look()
    expect(world.texts('update')).toEqual([expect.stringMatching(/Denied|denied \d\d:\d\d: nobody answered in time/)])
  })
})

describe('the last rung of the ladder (R-182)', () => {
  it('is called once when revenue is at stake and nobody answers, again after a failure, and never for anything else', async () => {
    const calls: Array<{ key: string | undefined; body: string }> = []
    let fails = 1
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += chunk))
      request.on('end', () => {
        calls.push({ key: String(request.headers['idempotency-key']), body })
        response.statusCode = fails-- > 0 ? 503 : 204
        response.end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      await using world = openPaired({ settings: { phoneLadderUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ring` } })
      const plain = await tellCard(world, 'Nothing urgent')
      world.clock.advance(10 * MINUTE)
      await world.look()
      expect(calls).toEqual([])
      denyAtDesk(world, plain.approval.id)
      world.made.urgency = 'revenue'
      const { approval } = await tellCard(world, 'Take payments again')
      const rings = () => calls.filter(({ key }) => key === `ladder:${approval.bundleId}`)
      world.clock.advance(5 * MINUTE)
      await world.look()
      await expect.poll(rings).toHaveLength(1)
      await world.look()
      world.reopen()
      world.clock.advance(MINUTE)
      await world.look()
      await expect.poll(rings).toHaveLength(2)
      await expect.poll(() => world.undoneIntents()).toBe(0)
      await world.look()
      expect(rings()).toHaveLength(2)
      expect(rings()[1]?.body).not.toContain('payments')
    } finally {
      server.close()
    }
  })

  it('keeps no word of the owner waiting while the address hangs', async () => {
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      await using world = openPaired({ settings: { phoneLadderUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ring` } })
      world.made.urgency = 'revenue'
      await tellCard(world, 'Take payments again')
      world.clock.advance(5 * MINUTE)
      const rang = once(server, 'request')
      await world.look()
      await rang
      expect(await world.hear('STOP')).toMatch(/^Stopped/)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }, 5_000)
})
