import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStage, type Stage } from './page.ts'
import { id } from './rows.ts'
import { violations } from './wcag.ts'

let stage: Stage
beforeAll(async () => {
  stage = await createStage()
}, 60_000)
afterAll(() => stage[Symbol.asyncDispose]())

const openclaw = 'WhatsApp through OpenClaw'
const whatsapp = 'WhatsApp Business Cloud API'

describe('a channel', () => {
  it('says how it stands, what to do, what passed last, and whether it decides (U-68, R-026)', async () => {
    const { page, context, complaints } = await stage.open({})
    await page.keyboard.press('g')
    await page.keyboard.press('c')
    await page.getByRole('heading', { name: 'Channels', level: 1 }).waitFor()
    const ready = page.getByRole('region', { name: openclaw })
    await ready.getByText('yes, by +64211234567').waitFor()
    await ready.getByText('ready', { exact: true }).waitFor()
    const unproven = page.getByRole('region', { name: whatsapp })
    await unproven.getByText('sends, no reply seen yet').waitFor()
    await unproven.getByText('no: nobody is paired').waitFor()
    await unproven.getByText('Pair it: send the words it gives from your phone.').waitFor()
    await unproven.getByRole('link', { name: /2 failed/ }).click()
    await page.getByRole('grid', { name: 'Messages both ways, newest first' }).getByText('Meta: (#131047) more than 24 hours have passed').waitFor()
    expect(new URL(page.url()).hash).toBe('#/channels/messages?channel=whatsapp')
    await context.close()
    expect(complaints).toEqual([])
  }, 60_000)

  it('is set up with the keyboard alone; a secret goes in, is called stored, and never comes out', async () => {
    const { page, context, complaints } = await stage.open({ world: 'empty', place: 'channels' })
    await page.getByRole('button', { name: `Set up ${openclaw}` }).press('Enter')
    const dialog = page.getByRole('dialog', { name: `Set up ${openclaw}` })
    await dialog.waitFor()
    expect(await dialog.getByLabel('Address of the gateway').inputValue()).toBe('ws://127.0.0.1:18789')
    const act = dialog.getByRole('button', { name: 'Set it up' })
    expect(await act.isDisabled()).toBe(true)
    await dialog.getByLabel('Your number').fill('0211234567')
    await dialog.getByText('It must be a number such as +64211234567.').waitFor()
    const found = await violations(page, 'setting up')
    await dialog.getByLabel('Your number').fill('+64211234567')
    const token = dialog.getByRole('textbox', { name: 'Token of the gateway' })
    expect(await token.getAttribute('type')).toBe('password')
    await token.fill('wrong')
    await page.keyboard.press('Enter')
    await dialog.getByText('The gateway refuses this token. Read it from its configuration.').waitFor()
    expect(await token.inputValue()).toBe('')
    await token.fill('s3cret-of-the-gateway')
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await page.getByText(`${openclaw} is set up. Send a test to be sure.`).waitFor()

    await page.getByRole('button', { name: `Change ${openclaw}` }).press('Enter')
    expect(await token.getAttribute('placeholder')).toBe('stored; empty keeps it')
    expect([await token.inputValue(), (await page.content()).includes('s3cret-of-the-gateway')]).toEqual(['', false])
    await dialog.getByRole('checkbox', { name: 'Forget the stored token of the gateway' }).press(' ')
    expect(await token.isDisabled()).toBe(true)
    await dialog.getByRole('button', { name: 'Keep it' }).press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: `Change ${openclaw}` }).press('Enter')
    expect(await token.getAttribute('placeholder')).toBe('')
    await context.close()
    expect({ found, complaints }).toEqual({ found: [], complaints: [] })
  }, 120_000)

  it('is paired by words from the phone, and says what that proves (U-67)', async () => {
    const { page, context } = await stage.open({ place: 'channels' })
    await page.getByRole('button', { name: `Pair ${whatsapp}`, exact: true }).click()
    const dialog = page.getByRole('dialog', { name: `Pair ${whatsapp}` })
    await dialog.getByText('REEF PAIR K7Q2XM').waitFor()
    const found = await violations(page, 'pairing')
    await dialog.getByText('✓ Paired with 64211234567.').waitFor()
    await dialog.getByText(/from now on that sender may decide T2 cards over this channel\. T3 stays at the desk\./).waitFor()
    await dialog.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('region', { name: whatsapp }).getByText('yes, by 64211234567').waitFor()
    await page.getByRole('button', { name: `Unpair ${whatsapp}`, exact: true }).click()
    await page.getByText(`${whatsapp}: nobody’s word counts over it until you pair again.`).waitFor()
    await page.getByRole('region', { name: whatsapp }).getByText('no: nobody is paired').waitFor()
    await context.close()
    expect(found).toEqual([])
  }, 60_000)

  it('is tested with one press, which says how the test fared, and switched off with another', async () => {
    const { page, context } = await stage.open({ place: 'channels' })
    await page.getByRole('button', { name: `Send a test over ${openclaw}` }).click()
    await page.getByText(`${openclaw}, test: delivered.`).waitFor()
    await page.getByRole('button', { name: `Send a test over ${whatsapp}` }).click()
    await page.getByText(`${whatsapp}, test: Meta: (#131047) more than 24 hours have passed.`).waitFor()
    await page.getByRole('button', { name: `Switch ${openclaw} off` }).click()
    await page.getByRole('button', { name: `Set up ${openclaw}` }).waitFor()
    await context.close()
  }, 60_000)
})

it('the top of every screen says in a word whether words reach the phone, in colour only when it is lost, and nothing where none is set up (U-15, U-68)', async () => {
  const seen: unknown[] = []
  for (const world of ['empty', 'full', 'thousand'] as const) {
    const { page, context } = await stage.open({ world, place: 'spend' })
    const mark = page.getByRole('banner').getByRole('link', { name: /^Channels: / })
    seen.push(world, ...(await mark.allInnerTexts()))
    if (world !== 'empty') seen.push(await mark.getAttribute('data-attention'))
    if (world === 'thousand') {
      await mark.click()
      await page.getByRole('heading', { name: 'Channels', level: 1 }).waitFor()
    }
    await context.close()
  }
  expect(seen).toEqual(['empty', 'full', '● WA ready', 'quiet', 'thousand', '▲ WA lost', 'alarm'])
}, 60_000)

it('while a phone is lost every screen says since when, that silence approves nothing, and leads to the cure (R-026)', async () => {
  const { page, context } = await stage.open({ world: 'thousand', place: 'overview' })
  const bar = page.getByText(`${openclaw}: down since 14:02: approvals are decided here; nothing is approved by silence.`)
  await bar.waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('s')
  await page.getByRole('heading', { name: 'Spend', level: 1 }).waitFor()
  expect(await bar.count()).toBe(1)
  await page.getByRole('link', { name: 'See what to do' }).click()
  await page.getByRole('region', { name: openclaw }).getByText('openclaw gateway start').waitFor()
  await context.close()
}, 60_000)

describe('messages', () => {
  it('stand both ways with what became of each; a stranger’s words are fenced and their tricks visible (U-26, U-67)', async () => {
    const { page, context, complaints } = await stage.open({ place: 'channels/messages' })
    const rows = page.getByRole('grid', { name: 'Messages both ways, newest first' }).getByRole('row')
    await rows.nth(2).getByText('Approved “Deploy invoice-lint v3 on this machine”.').waitFor()
    await rows.nth(4).focus()
    await page.keyboard.press('Enter')
    const detail = page.getByRole('region', { name: 'Came in' })
    await detail.getByText('not from you: written down and dropped').waitFor()
    await detail.getByText('▲ a stranger').waitFor()
    expect(await detail.getByRole('region', { name: 'What came in, as it is' }).innerText()).toContain('yes⟨U+202E⟩on')
    expect(await page.content()).not.toContain('\u202E')
    const found = await violations(page, 'a message')
    await page.keyboard.press('k')
    await page.getByRole('region', { name: 'To you' }).getByText('Good morning. 2 plans moved, 1 thing was released, 3 cards wait for you.').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('region', { name: 'To you' }).waitFor({ state: 'detached' })
    await context.close()
    expect({ found, complaints }).toEqual({ found: [], complaints: [] })
  }, 60_000)

  it('are read page by page to the first one, of both ways, with few rows in the page (U-117)', async () => {
    const { page, context } = await stage.open({ world: 'thousand', place: 'channels/messages' })
    const grid = page.getByRole('grid', { name: 'Messages both ways, newest first' })
    await grid.getByRole('row').nth(3).focus()
    for (let i = 0; i < 40 && (await page.getByText('all 1,413').count()) === 0; i += 1) {
      await page.keyboard.press('End')
      await page.clock.runFor(200)
      await page.waitForTimeout(60)
    }
    await page.getByText('all 1,413').waitFor()
    expect(await grid.getByRole('row').count()).toBeLessThan(80)
    await page.keyboard.press('End')
    await grid.getByText('status 399').waitFor()
    await context.close()
  }, 60_000)
})

it('in a window as wide as a phone nothing is wider than its place, however long the words of a channel, and a message keeps its words and its state (U-110)', async () => {
  const { page, context } = await stage.open({ world: 'thousand', place: 'channels' })
  await page.setViewportSize({ width: 420, height: 800 })
  const wider = () =>
    page.evaluate('[...document.querySelectorAll("main, main section, main [role=grid]")].filter((one) => one.scrollWidth > one.clientWidth + 1).length')
  await page.getByText('https://hooks.example.com/services/').waitFor()
  expect(await wider()).toBe(0)
  await page.goto(`${stage.server.url}/?world=thousand#/channels/messages`)
  const grid = page.getByRole('grid', { name: 'Messages both ways, newest first' })
  await grid.getByRole('row').nth(3).waitFor()
  expect(await grid.getByRole('columnheader').allInnerTexts()).toEqual(['time', 'words', 'state'])
  expect(await grid.getByRole('row').nth(1).innerText()).toMatch(/^14:29\s+→ REEF #K7Q2 · T2 · Deploy price-api.+read$/s)
  expect(await wider()).toBe(0)
  await context.close()
}, 60_000)

describe('the record', () => {
  it('explains a decision: in sentences, by its policy, with every row about it (U-35)', async () => {
    const { page, context } = await stage.open({ place: `audit/explain/${id('apr', 10)}` })
    const panel = page.getByRole('region', { name: 'This decision, explained' })
    await panel.getByText(/^Policy 4 gave it T2:/).waitFor()
    await panel.getByRole('heading', { name: /^Policy version 4, accepted / }).waitFor()
    const found = await violations(page, 'an explanation')
    await panel.getByRole('link', { name: '49' }).click()
    await page.getByRole('heading', { name: 'Event 49' }).waitFor()
    await context.close()
    expect(found).toEqual([])
  }, 60_000)

  it('is narrowed by who did it and by words in it, and shown whole again with one press', async () => {
    const { page, context } = await stage.open({ place: 'audit' })
    const rows = page.getByRole('grid', { name: 'Events, newest first' }).getByRole('row')
    await page.getByLabel('Who', { exact: true }).selectOption('agent:Forge')
    await rows.nth(1).getByText('agent:Forge').waitFor()
    await rows.filter({ hasText: 'call.settled' }).first().waitFor({ state: 'detached' })
    await rows.nth(1).focus()
    await page.keyboard.press('/')
    await page.keyboard.type('no such words')
    await page.clock.runFor(400)
    await page.getByRole('button', { name: 'Show everything' }).click()
    await rows.filter({ hasText: 'call.settled' }).first().waitFor()
    expect(await page.getByLabel('Words in it').inputValue()).toBe('')
    await context.close()
  }, 60_000)

  it.each([
    ['Everything as JSON Lines', 'reef-audit-2026-11-21.jsonl', '{"seq":1}\n{"seq":2}\n'],
    ['Everything as CSV', 'reef-audit-2026-11-21.csv', 'seq,type\n1,factory.started\n2,plan.created\n'],
  ])('is saved whole, page after page: %s (U-35)', async (label, name, text) => {
    const { page, context } = await stage.open({ place: 'audit' })
    await page.getByRole('button', { name: 'Export…' }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: label }).click()
    const file = await download
    expect(file.suggestedFilename()).toBe(name)
    const pieces: Buffer[] = []
    for await (const piece of await file.createReadStream()) pieces.push(piece as Buffer)
    expect(Buffer.concat(pieces).toString()).toBe(text)
    await page.getByText(`${name} is saved.`).waitFor()
    await context.close()
  })
})
