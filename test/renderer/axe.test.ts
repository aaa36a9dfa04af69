import { afterAll, beforeAll, expect, it } from 'vitest'
import { createStage, type Stage } from './page.ts'
import { id } from './rows.ts'
import { violations } from './wcag.ts'
import { worldNames } from './worlds.ts'

const places = [
  'overview',
  'plans',
  `plans/${id('plan', 1)}`,
  `plans/${id('plan', 1)}/${id('task', 4)}`,
  'inbox',
  'sessions',
  'spend',
  'spend/breakdown',
  'spend/calls',
  `spend/calls/${id('call', 3)}`,
  'spend/budgets',
  'spend/corrections',
  'spend/export',
  'agents',
  'agents/Rex',
  'rules',
  'rules/playbooks',
  `rules/playbooks/${id('pbk', 2)}`,
  'rules/templates',
  'rules/oversight',
  'channels',
  'channels/messages',
  `channels/messages/${id('msg', 1999)}`,
  'audit',
  `audit/explain/${id('apr', 10)}`,
  'settings',
]

let stage: Stage
beforeAll(async () => {
  stage = await createStage()
}, 60_000)
afterAll(() => stage[Symbol.asyncDispose]())

it.each(worldNames)(
  'no screen breaks a rule of WCAG 2.2 AA that a program can see, in the world "%s" (U-110, U-113)',
  async (world) => {
    const { page, context, complaints } = await stage.open({ world })
    const found: string[] = []
    for (const place of world === 'full' ? [...places, 'parts'] : places) {
      await page.goto(`${stage.server.url}/?world=${world}#/${place}`)
      await page.waitForSelector('[data-feed="live"]')
      await page.waitForTimeout(60)
      await page.clock.runFor(700)
      await page.waitForTimeout(60)
      found.push(...(await violations(page, place)))
    }
    await context.close()
    expect({ found, complaints }).toEqual({ found: [], complaints: [] })
  },
  600_000,
)

it('no dialog breaks a rule either (U-113)', async () => {
  const { page, context } = await stage.open({ world: 'empty' })
  const found: string[] = []
  for (const [name, key] of [
    ['new request', 'n'],
    ['keys', '?'],
    ['palette', 'Control+k'],
    ['pause', 'Control+Shift+P'],
  ] as const) {
    await page.keyboard.press(key)
    await page.waitForSelector('[role=dialog]')
    found.push(...(await violations(page, name)))
    await page.keyboard.press('Escape')
    await page.waitForSelector('[role=dialog]', { state: 'detached' })
  }
  await page.getByRole('button', { name: 'Connect a model' }).click()
  await page.getByRole('button', { name: 'Connect Ollama' }).waitFor()
  found.push(...(await violations(page, 'connect a model')))
  await page.getByRole('button', { name: 'Connect Ollama' }).click()
  await page.getByRole('button', { name: 'Try it' }).click()
  await page.getByText('It cost nothing').waitFor()
  found.push(...(await violations(page, 'a connected model')))
  await context.close()
  expect(found).toEqual([])
}, 120_000)
