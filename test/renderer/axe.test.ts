import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createStage, type Stage } from './page.ts'
import { id } from './rows.ts'
import { worldNames } from './worlds.ts'

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
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

/** Every violation as one line: what, where, and the first element. */
async function violations(page: Page, place: string, axe = new AxeBuilder({ page }).withTags(tags)): Promise<string[]> {
  const { violations: found } = await axe.analyze()
  return found.map(
    (one) => `${place}: ${one.id}, ${one.nodes.length} times, first ${one.nodes[0]?.target.join(' ')} ${one.nodes[0]?.failureSummary?.split('\n')[1] ?? ''}`,
  )
}

/** All rules in the dark; a theme changes colours only, so in the light only those are looked at again. */
async function inBothThemes(page: Page, place: string): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await violations(page, `${place}, dark`)
  await page.emulateMedia({ colorScheme: 'light' })
  return [...dark, ...(await violations(page, `${place}, light`, new AxeBuilder({ page }).withRules(['color-contrast'])))]
}

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
      found.push(...(await inBothThemes(page, place)))
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
    found.push(...(await inBothThemes(page, name)))
    await page.keyboard.press('Escape')
    await page.waitForSelector('[role=dialog]', { state: 'detached' })
  }
  await page.getByRole('button', { name: 'Connect a model' }).click()
  await page.getByRole('button', { name: 'Connect Ollama' }).waitFor()
  found.push(...(await inBothThemes(page, 'connect a model')))
  await page.getByRole('button', { name: 'Connect Ollama' }).click()
  await page.getByRole('button', { name: 'Try it' }).click()
  await page.getByText('It cost nothing').waitFor()
  found.push(...(await inBothThemes(page, 'a connected model')))
  await context.close()
  expect(found).toEqual([])
}, 120_000)
