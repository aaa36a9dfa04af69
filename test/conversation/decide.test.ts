import { describe, expect, it } from 'vitest'
import { codeOf, HOUR, openWorld, tellCard, type World } from './world.ts'

const stateOf = (world: World, id: string) => world.approvals.get(id).state

function openPaired() {
  const world = openWorld()
  world.addPhone('whatsapp')
  return world
}

describe('a decision from the phone', () => {
  it.each([
    ['by code', (code: string) => ({ text: `${code} yes` }), 'approved'],
    ['by code, the other way round', (code: string) => ({ text: `yes ${code.toLowerCase()}` }), 'approved'],
    ['by button', (code: string) => ({ button: `yes:${code}` }), 'approved'],
    ['by reaction', (_: string, id: string) => ({ reaction: '👍🏽', repliesTo: id }), 'approved'],
    ['by the other reaction', (_: string, id: string) => ({ reaction: '❌', repliesTo: id }), 'denied'],
    ['by quoting the card', (_: string, id: string) => ({ text: 'yes', repliesTo: id }), 'approved'],
    ['by a no with a reason', (code: string) => ({ text: `no ${code} too risky` }), 'denied'],
  ])('counts %s, once, and is answered with what it does (R-194, U-65)', async (_, toMessage, state) => {
    await using world = openPaired()
    const { approval, code, message } = await tellCard(world)
    const { text = null, ...more } = toMessage(code, message.id) as { text?: string }
    const answer = await world.hear(text, more)
    expect(world.approvals.get(approval.id)).toMatchObject({ state, decidedBy: 'owner', channel: 'whatsapp' })
    expect(answer).toContain(state === 'approved' ? 'Approved: Deploy price-api v14' : 'Denied: Deploy price-api v14')
    expect(world.incoming().at(-1)).toMatchObject({ state: 'answered' })
    const again = await world.hear(text, more)
    expect(again).toContain('was answered before')
    expect(again).toContain('Nothing was decided')
    expect(world.journal.reader.last(1000).filter(({ type }) => type === 'approval.approved' || type === 'approval.denied')).toHaveLength(1)
  })

  it('tells the reason of a no to whoever asked', async () => {
    await using world = openPaired()
    const { approval, code } = await tellCard(world)
    await world.hear(`no ${code} too costly`)
    expect(world.approvals.get(approval.id).reason).toBe('too costly: too costly')
  })

  it('can be taken back while it has not begun, and waits again under another code (U-50)', async () => {
    await using world = openPaired()
    const { approval, code } = await tellCard(world)
    expect(await world.hear(`${code} yes`)).toContain(`undo ${code}`)
    const answer = await world.hear(`undo ${code}`)
    expect(stateOf(world, approval.id)).toBe('requested')
    const next = /#([A-Z2-9]{6})/.exec(answer)?.[1] ?? ''
    expect(await world.hear(`${code} yes`)).toContain('Nothing was decided')
    await world.hear(`${next} yes`)
    expect(stateOf(world, approval.id)).toBe('approved')
    world.clock.advance(60_000)
    const last = /#([A-Z2-9]{6})/.exec(await world.hear(`undo ${next}`))?.[1] ?? ''
    await world.hear(`${last} yes`)
    world.clock.advance(60_000)
    world.approvals.beginExecution(approval.id, { what: approval.what })
    expect(await world.hear(`undo ${last}`)).toContain('nothing that can still be taken back')
  })

  it('about a bundle needs a word on each member, and answers what is left under a new code (R-197, U-49)', async () => {
    await using world = openPaired()
    const incident = { correlationId: 'incident-7' }
    const [first, second, third] = ['Acknowledge the complaint', 'Mail the resolution', 'Deploy the fix'].map((what) => world.ask(what, incident))
    world.clock.advance(60_000)
    await world.look()
    world.deliver()
    expect(world.texts('approval')).toHaveLength(1)
    const code = codeOf(world)
    expect(await world.hear(`${code} yes`)).toContain('has 3 parts')
    expect(await world.hear(`9 yes ${code}`)).toContain('has no number 9')
    const states = () => [first, second, third].map((one) => stateOf(world, one?.id ?? ''))
    expect(states()).toEqual(['requested', 'requested', 'requested'])
    const answer = await world.hear(`1 yes 3 no ${code}`)
    expect(states()).toEqual(['approved', 'requested', 'denied'])
    const rest = /Still open under #([A-Z2-9]{6}): Mail the resolution/.exec(answer)?.[1]
    await world.hear(`${rest} no`)
    expect(states()).toEqual(['approved', 'denied', 'denied'])
  })

  it('denies a whole bundle with one word', async () => {
    await using world = openPaired()
    const ids = ['A', 'B'].map((what) => world.ask(what, { correlationId: 'x' }).id)
    world.clock.advance(60_000)
    await world.look()
    await world.hear(null, { button: `no:${codeOf(world)}` })
    expect(ids.map((id) => stateOf(world, id))).toEqual(['denied', 'denied'])
  })

  it('of T3 is a no or nothing: approval is for the desk (U-67)', async () => {
    await using world = openPaired()
    world.policy.tier = 'T3'
    const { approval, code, message } = await tellCard(world, 'Delete price-api-db')
    expect(await world.hear(`${code} yes`)).toContain('only at the desk')
    expect(await world.hear(null, { reaction: '👍', repliesTo: message.id })).toContain('only at the desk')
    expect((await world.say(`${code} yes`)).text).toContain('only at the desk')
    expect(stateOf(world, approval.id)).toBe('requested')
    await world.hear(`${code} no`)
    expect(stateOf(world, approval.id)).toBe('denied')
  })

  it('explains a card without deciding it', async () => {
    await using world = openPaired()
    const { approval, code } = await tellCard(world)
    const answer = await world.hear(`why ${code}`)
    expect(answer).toContain('Why: Tests pass.')
    expect(answer).toContain('212 of 212 tests')
    expect(stateOf(world, approval.id)).toBe('requested')
    await world.hear(`${code} yes`)
    expect(stateOf(world, approval.id)).toBe('approved')
  })
})

describe('what is not surely a decision decides nothing, and is answered kindly (U-66, U-67)', () => {
  it.each<[string, (code: string, id: string) => { text?: string } & object, RegExp]>([
    ['a bare yes', () => ({ text: 'yes' }), /Which one\?[\s\S]*#[A-Z2-9]{6} · T2 · Deploy/],
    ['a bare thumb', () => ({ text: '👍' }), /Which one\?/],
    ['a wrong code', () => ({ text: 'ZZZZ99 yes' }), /I know no code ZZZZ99/],
    ['half a sentence', (code) => ({ text: `${code} yes but only tomorrow` }), /not sure what that means/],
    ['always', (code) => ({ text: `${code} always` }), /playbook/],
    ['another code than that of the quoted card', (_, id) => ({ text: 'M3N4PQ yes', repliesTo: id }), /You quoted #/],
    ['a forwarded answer', (code) => ({ text: `${code} yes`, forwarded: true }), /forwarded/],
    ['an edited answer', (code) => ({ text: `${code} yes`, edited: true }), /edited/],
    ['a forged button', (code) => ({ button: `always:${code}` }), /do not know that button/],
  ])('%s', async (_, toMessage, expected) => {
    await using world = openPaired()
    const { approval, code, message } = await tellCard(world)
    const { text = null, ...more } = toMessage(code, message.id)
    expect(await world.hear(text, more)).toMatch(expected)
    expect(stateOf(world, approval.id)).toBe('requested')
    expect(world.incoming().at(-1)).toMatchObject({ state: 'answered', outcome: expect.any(String) })
    // It cost the code nothing.
    await world.hear(`${code} yes`)
    expect(stateOf(world, approval.id)).toBe('approved')
  })

  it('a heart on a card, and a thumb on anything else, are no words to REEF', async () => {
    await using world = openPaired()
    const { approval, message } = await tellCard(world)
    expect(await world.hear(null, { reaction: '❤️', repliesTo: message.id })).toBe('')
    expect(await world.hear(null, { reaction: '👍' })).toBe('')
    expect(stateOf(world, approval.id)).toBe('requested')
    expect(world.incoming().map(({ state }) => state)).toEqual(['ignored', 'ignored'])
  })

  it('somebody else’s message is never even looked at', async () => {
    await using world = openPaired()
    const { approval, code } = await tellCard(world)
    expect(await world.hear(`${code} yes`, { allowed: false })).toBe('')
    expect(stateOf(world, approval.id)).toBe('requested')
  })

  it('a channel over which the owner was never heard decides nothing, starts nothing, and may still ask and stop', async () => {
    await using world = openPaired()
    world.addPhone('openclaw', 'unproven')
    const { approval, code } = await tellCard(world)
    expect(await world.hear(`${code} yes`, { channel: 'openclaw' })).toContain('do not decide yet')
    expect(await world.hear('build me a shop', { channel: 'openclaw' })).toContain('do not decide yet')
    expect(await world.hear('resume', { channel: 'openclaw' })).toContain('do not decide yet')
    expect([stateOf(world, approval.id), world.made.requests.size]).toEqual(['requested', 0])
    expect(await world.hear('status', { channel: 'openclaw' })).toContain('The factory runs')
    expect(await world.hear('pause', { channel: 'openclaw' })).toContain('Paused')
    expect(world.made.mode).toBe('paused')
  })

  it('what came before a crash is decided when the channel has connected again, and refused in other words while it is lost (R-026)', async () => {
    await using world = openPaired()
    const { approval, code } = await tellCard(world)
    const setState = (state: string) => world.db.prepare("UPDATE channel SET state = ? WHERE name = 'whatsapp'").run(state)
    setState('down')
    expect(await world.hear(`${code} yes`)).toMatch(/not decide while it is not whole/)
    world.reopen()
    setState('connecting')
    expect(await world.hear(`${code} yes`)).toBe('')
    expect(stateOf(world, approval.id)).toBe('requested')
    setState('ready')
    await world.look()
    expect(stateOf(world, approval.id)).toBe('approved')
  })

  it('a command that is longer than the card is approved at the desk only, whichever way the yes comes (U-43)', async () => {
    await using world = openPaired()
    const { approval, code, message } = await tellCard(world, `Run git push ${'x'.repeat(76)}…`, { action: 'command.run' })
    for (const yes of [
      () => world.hear(`${code} yes`),
      () => world.hear(null, { reaction: '👍', repliesTo: message.id }),
      () => world.hear(null, { button: `yes:${code}` }),
    ]) {
      expect(await yes()).toContain('only at the desk')
      expect(stateOf(world, approval.id)).toBe('requested')
    }
    expect(await world.hear(`${code} no`)).toContain('Denied')
  })

  it('a word that was sent by a phone which is not the paired one any more decides nothing', async () => {
    await using world = openPaired()
    const { approval, code } = await tellCard(world)
    world.receive(`${code} yes`)
    world.db.prepare("UPDATE channel SET paired_sender = '6421999' WHERE name = 'whatsapp'").run()
    await world.look()
    expect(stateOf(world, approval.id)).toBe('requested')
  })

  it('an answer that comes too late says what silence has become', async () => {
    await using world = openPaired()
    const { approval, code } = await tellCard(world)
    world.clock.advance(4 * HOUR)
    expect(await world.hear(`${code} yes`)).toContain('nobody answered in time')
    world.approvals.expire()
    expect(await world.hear(`${code} yes`)).toContain('nobody answered in time')
    expect(stateOf(world, approval.id)).toBe('expired')
  })

  it('an answer to what was decided at the desk says who was first (U-55)', async () => {
    await using world = openPaired()
    const { approval, code } = await tellCard(world)
    world.approvals.deny(approval.id, { reason: 'too risky' }, { actor: 'owner', channel: 'desktop' })
    expect(await world.hear(`${code} yes`)).toMatch(/denied \d\d:\d\d on the desktop/)
    expect(stateOf(world, approval.id)).toBe('denied')
  })

  it('a code dies with what it stood for: what changed is a new card with a new code', async () => {
    await using world = openPaired()
    const { approval, code } = await tellCard(world, 'Deploy v14')
    const changed = world.ask('Deploy v14', { payload: { what: 'Deploy v15' }, correlationId: 'matter Deploy v14' })
    expect(await world.hear(`${code} yes`)).toContain('replaced by another request')
    expect([stateOf(world, approval.id), stateOf(world, changed.id)]).toEqual(['superseded', 'requested'])
  })

  it('an agent’s words on a card cannot make the owner’s answer mean another card', async () => {
    await using world = openPaired()
    const victim = await tellCard(world, 'Pay 900 dollars')
    const bait = await tellCard(world, `Fix a typo. Reply ${victim.code} yes`)
    expect(bait.message.text).not.toContain(victim.code)
    expect(await world.hear(`${victim.code} yes`, { repliesTo: bait.message.id })).toContain('Send one of them alone')
    expect(stateOf(world, victim.approval.id)).toBe('requested')
  })

  it('what approvals refuse in the middle is rolled back whole, and told', async () => {
    await using world = openPaired()
    const { approval, code } = await tellCard(world)
    world.db.exec(`CREATE TEMP TRIGGER broken BEFORE UPDATE ON message_in WHEN NEW.outcome LIKE 'Approved%' BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`)
    expect(await world.hear(`${code} yes`)).toContain('Something went wrong')
    expect(stateOf(world, approval.id)).toBe('requested')
    world.db.exec('DROP TRIGGER broken')
    await world.hear(`${code} yes`)
    expect(stateOf(world, approval.id)).toBe('approved')
  })
})
