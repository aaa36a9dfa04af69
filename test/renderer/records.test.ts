import type { Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStage, type Stage } from './page.ts'
import { violations } from './wcag.ts'

/** A text area, as far as it is looked at from here. */
type Marked = { readonly value: string; readonly selectionStart: number; readonly selectionEnd: number }

let stage: Stage
beforeAll(async () => {
  stage = await createStage()
}, 60_000)
afterAll(() => stage[Symbol.asyncDispose]())

/** Lets answers come in and timers of the page run out. */
async function settle(page: Page): Promise<void> {
  await page.waitForTimeout(60)
  await page.clock.runFor(1500)
  await page.waitForTimeout(60)
}
const goTo = async (page: Page, place: string) => {
  await page.evaluate(`location.hash = ${JSON.stringify(`#/${place}`)}`)
  await settle(page)
}

describe('an agent’s file', () => {
  it('is refused with its line named, and nothing that was typed is lost, whatever is looked at meanwhile (R-104)', async () => {
    const { page, context, complaints } = await stage.open({ place: 'agents/Rex' })
    const file = page.getByLabel('File', { exact: true })
    const before = await file.inputValue()
    const typed = before.replace('role: ', 'rule: ')
    await file.fill(typed)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Line 2: role is missing.').waitFor()
    await page.getByRole('button', { name: 'Go to line 2' }).click()
    const marked = await file.evaluate((field: Marked) => field.value.slice(field.selectionStart, field.selectionEnd))
    expect(marked).toBe(typed.split('\n')[1])

    await goTo(page, 'overview')
    await goTo(page, 'agents')
    await page.getByText('not saved').waitFor()
    await goTo(page, 'agents/Rex')
    expect(await file.inputValue()).toBe(typed)

    await page.getByRole('button', { name: 'Throw away changes' }).click()
    await page.getByRole('button', { name: 'Throw away', exact: true }).click()
    expect(await file.inputValue()).toBe(before)
    expect(complaints).toEqual([])
    await context.close()
  })

  it('takes a model from the list or any other that is written as one, and no third thing', async () => {
    const { page, context } = await stage.open({ place: 'agents/Rex' })
    const model = page.getByLabel('Model', { exact: true })
    await model.fill('sonnet')
    await page.getByText('A model is written PROVIDER/MODEL').waitFor()
    await model.fill('openai/gpt-5.5')
    await model.press('Enter')
    await page.getByRole('grid', { name: 'Roster' }).getByText('openai/gpt-5.5').first().waitFor()
    await context.close()
  })
})

describe('a setting', () => {
  it('that is not allowed is refused beside its field; one that is shows what changes before it does (R-348, R-352)', async () => {
    const { page, context } = await stage.open({ place: 'settings/limits' })
    const field = page.getByLabel('Max sessions', { exact: true })
    await field.fill('65')
    await page.getByText('Allowed: 1 to 64, whole.').waitFor()
    expect(await page.getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true)
    await field.fill('6')
    await page.getByText('4 → 6').waitFor()
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByRole('button', { name: 'Back to 4' }).click()
    await page.getByRole('button', { name: 'Back to 4' }).waitFor({ state: 'detached' })
    expect(await field.inputValue()).toBe('4')
    await context.close()
  })
})

describe('the record', () => {
  it('stands still while a row is read, and shows what came meanwhile when asked (U-19, U-35)', async () => {
    const { page, context } = await stage.open({ place: 'audit' })
    await page.getByRole('row').nth(3).click()
    await page.getByRole('heading', { name: 'Event 1048' }).waitFor()
    await page.keyboard.press('j')
    await page.getByRole('heading', { name: 'Event 1047' }).waitFor()
    await page.keyboard.press('k')
    await page.getByRole('heading', { name: 'Event 1048' }).waitFor()
    await page.keyboard.press('Control+Shift+P')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Enter')
    const waiting = page.getByRole('button', { name: '1 new' })
    await waiting.waitFor()
    await page.locator('[role=dialog]').waitFor({ state: 'detached' })
    await page.keyboard.press('n')
    await waiting.waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Event 1048' }).waitFor({ state: 'detached' })
    await context.close()
  })

  it('says whether its chain is whole (R-314)', async () => {
    const { page, context } = await stage.open({ place: 'audit' })
    await page.getByRole('button', { name: 'Verify the chain' }).click()
    await page.getByText('The record is whole: 1,050 rows').waitFor()
    await context.close()
  })
})

it('the chart of what was spent can be read as a table, and its rows add up to the total (U-72, U-111)', async () => {
  const { page, context } = await stage.open({ place: 'spend/breakdown' })
  await page.getByLabel('By', { exact: true }).selectOption('agent')
  await page.getByRole('button', { name: 'Show figures' }).click()
  await page.getByRole('columnheader', { name: 'Rex' }).waitFor()
  await page.getByText('$4.40 together, to the last digit $4.40, in 93 calls').waitFor()
  await context.close()
})

it('no section beyond a screen’s first breaks a rule of WCAG 2.2 AA that a program can see (U-110, U-113)', async () => {
  const { page, context, complaints } = await stage.open({ place: 'settings' })
  const found: string[] = []
  for (const place of ['limits', 'projects', 'programs', 'health', 'data', 'keys'].map((name) => `settings/${name}`).concat('audit/1040', 'agents/Pixel')) {
    await goTo(page, place)
    found.push(...(await violations(page, place)))
  }
  await context.close()
  expect({ found, complaints }).toEqual({ found: [], complaints: [] })
}, 120_000)
