import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createStage, type Stage } from './page.ts'

let stage: Stage
beforeAll(async () => {
  stage = await createStage()
}, 60_000)
afterAll(() => stage[Symbol.asyncDispose]())

it('the owner approves by key what he looked at, takes it back, and denies it with a reason (U-17, U-47, U-50)', async () => {
  const { page, context, complaints } = await stage.open({ place: 'overview' })
  await page.keyboard.press('g')
  await page.keyboard.press('i')
  const card = page.getByRole('article')
  await card.getByRole('heading', { name: /^Deploy price-api v14/ }).waitFor()
  await page.clock.runFor(800)
  await page.keyboard.press('a')
  await card.getByText(/Takes effect in \d+ s/).waitFor()
  await page.keyboard.press('u')
  await card.getByRole('button', { name: 'Approve' }).waitFor()
  await page.clock.runFor(800)
  await page.keyboard.press('d')
  await card.getByRole('group', { name: 'Deny: why?' }).waitFor()
  await page.keyboard.press('2')
  await card.getByText(/Denied by you on the browser: too risky/).waitFor()
  expect(await page.title()).toBe('(8) Inbox · REEF')
  await context.close()
  expect(complaints).toEqual([])
}, 60_000)

it('a key decides nothing in the moment after a card has come into view (U-18)', async () => {
  const { page, context } = await stage.open({ place: 'inbox' })
  await page.getByRole('article').waitFor()
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1000))
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.getByRole('heading', { name: /^Merge the mended parser/ }).waitFor()
  await page.keyboard.press('a')
  expect(await page.getByText('Takes effect in').count()).toBe(0)
  await page.clock.runFor(701)
  await page.keyboard.press('a')
  await page.getByText('Approved.', { exact: true }).waitFor()
  await context.close()
}, 60_000)

it('single keys mean text where text is typed, and nothing under a dialog (U-18)', async () => {
  const { page, context } = await stage.open({ place: 'inbox' })
  await page.clock.runFor(800)
  await page.keyboard.press('n')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.type('a g i d?')
  expect(await page.getByRole('textbox', { name: 'What do you want?' }).inputValue()).toBe('a g i d?')
  await page.getByRole('checkbox').focus()
  await page.keyboard.press('a')
  await page.keyboard.press('Escape')
  expect(await page.getByText('Takes effect in').count()).toBe(0)
  await page.keyboard.press('n')
  expect(await page.getByRole('textbox', { name: 'What do you want?' }).inputValue()).toBe('a g i d?')
  await context.close()
}, 60_000)

it('a refused request keeps every word and says at the field what is wrong (U-110)', async () => {
  const { page, context } = await stage.open({})
  await page.keyboard.press('n')
  await page.getByRole('textbox', { name: 'What do you want?' }).fill('refuse me')
  await page.getByRole('combobox', { name: 'Project' }).fill('theirs')
  await page.keyboard.press('Enter')
  await page.getByText('A project of that name belongs to somebody else. Choose another name.').waitFor()
  expect(await page.getByRole('combobox', { name: 'Project' }).getAttribute('aria-invalid')).toBe('true')
  expect(await page.getByRole('textbox', { name: 'What do you want?' }).inputValue()).toBe('refuse me')
  await page.getByRole('textbox', { name: 'What do you want?' }).fill('a small shop')
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await page.getByRole('cell', { name: 'a small shop' }).waitFor()
  await context.close()
}, 60_000)

it('the factory is paused with two presses and resumed with one (U-16)', async () => {
  const { page, context } = await stage.open({})
  await page.keyboard.press('Control+Shift+P')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('banner').getByText('Paused').waitFor()
  await page.getByRole('button', { name: 'Resume', exact: true }).click()
  await page.getByRole('banner').getByText('Running', { exact: true }).waitFor()
  await context.close()
}, 60_000)

it('says how old it is when the line is lost, and goes on by itself when it is back (U-23)', async () => {
  const { page, context } = await stage.open({})
  await page.evaluate(() => {
    const Real = WebSocket
    Object.assign(globalThis, {
      WebSocket: class extends Real {
        constructor(url: string) {
          super(`${url}-gone`)
        }
      },
      RealSocket: Real,
    })
  })
  for (const socket of stage.server.sockets()) socket.terminate()
  await page.getByText(/Connection lost\./).waitFor()
  expect(await page.getByText('What you see is from 14:3').count()).toBe(1)
  await page.evaluate(() => Object.assign(globalThis, { WebSocket: (globalThis as unknown as { RealSocket: unknown }).RealSocket }))
  await page.clock.runFor(10_000)
  await page.waitForSelector('[data-feed="live"]')
  expect(await page.getByText(/Connection lost\./).count()).toBe(0)
  await context.close()
}, 60_000)

it('a thousand requests in the inbox are a few rows in the document (U-117)', async () => {
  const { page, context } = await stage.open({ world: 'thousand', place: 'inbox' })
  await page.getByRole('article').waitFor()
  const rows = page.getByRole('list', { name: 'Waiting on you' }).getByRole('listitem')
  expect(await rows.count()).toBeLessThan(40)
  expect(await rows.first().getAttribute('aria-setsize')).toBe('1006')
  for (const _ of 'jjj') await page.keyboard.press('j')
  await page.getByRole('heading', { name: 'Deploy service 1998 on this machine' }).waitFor()
  await context.close()
}, 60_000)

it('the first screen loads less than 500 kB of script', async () => {
  const { scripts, context } = await stage.open({})
  const bytes = [...scripts].reduce((sum, path) => sum + statSync(join(stage.root, path)).size, 0)
  await context.close()
  expect(bytes).toBeGreaterThan(100_000)
  expect(bytes).toBeLessThan(500_000)
}, 60_000)

it('a link to a request that nobody knows says so instead of showing another one (U-25)', async () => {
  const { page, context } = await stage.open({ place: 'inbox/apr_00000000000000000000000077' })
  await page.getByRole('alert').getByText('There is no such approval.').waitFor()
  expect(await page.getByRole('article').count()).toBe(0)
  await context.close()
}, 60_000)
