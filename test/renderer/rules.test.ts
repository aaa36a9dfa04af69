import type { Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStage, type Stage } from './page.ts'
import { id } from './rows.ts'
import { violations } from './wcag.ts'

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

const focused = (page: Page) => page.evaluate('document.activeElement?.innerText')

describe('the policy', () => {
  it('says in words what each kind of action needs and what raises it (C-14, C-15, R-174)', async () => {
    const { page, context, complaints } = await stage.open({})
    await page.keyboard.press('g')
    await page.keyboard.press('r')
    await page.getByRole('heading', { name: 'Rules', level: 1 }).waitFor()
    const classes = page.getByRole('grid', { name: 'Kinds of action and their tiers' })
    const text = (name: string) => classes.getByRole('row').filter({ hasText: name }).innerText()
    expect((await text('write to a customer')).split('\n')).toEqual([
      'mail.customer',
      'write to a customer',
      'T2 asks you first',
      'T2 lowest',
      '2 h',
      'sends “aware-and-investigating”',
      'runs on',
      '30 s, then final',
      'default.yaml',
    ])
    expect(await text('deploy on this machine')).toMatch(/T2 asks you first\s+T1\s+4 h, as set\s+denied/)
    await page.getByText('When the action is money.spend and it costs more than $20: at least T2, asks you first.').waitFor()
    await page.getByRole('grid', { name: 'Versions of the policy, newest first' }).getByText('15 Nov, 14:32 NZDT').waitFor()
    await context.close()
    expect(complaints).toEqual([])
  }, 60_000)

  it('is changed with the keyboard alone: a mistake stands at its line as one types, a dry run says what would have been needed, and the name is typed (R-188)', async () => {
    const { page, context, complaints } = await stage.open({ place: 'rules/policy/default.yaml' })
    const file = page.getByRole('textbox', { name: 'Text of default.yaml' })
    const before = await file.inputValue()
    await file.focus()
    await file.fill(before.replace('deploy.local: { tier: T2 }', 'deploy.local: { tier: T7 }'))
    await settle(page)
    await page.getByText('One problem; nothing changes until it is mended.').waitFor()
    await page.getByRole('listitem').filter({ hasText: 'T7 is no tier: T0, T1, T2 or T3.' }).waitFor()
    const save = page.getByRole('button', { name: 'Save…' })
    expect(await save.isDisabled()).toBe(true)
    const found = await violations(page, 'a file with a problem')
    await page.getByRole('button', { name: 'Line 4' }).press('Enter')
    expect(
      await file.evaluate((field: { value: string; selectionStart: number; selectionEnd: number }) =>
        field.value.slice(field.selectionStart, field.selectionEnd),
      ),
    ).toBe('  deploy.local: { tier: T7 }')
    await page.keyboard.type('  deploy.local: { tier: T1 }')
    await settle(page)
    await page.getByText('✓ No problems.').waitFor()

    await page.getByRole('button', { name: /^Dry run/ }).press('Enter')
    await page.getByText('Of the last 200 actions, 3 would have needed more of you and 6 would have needed less.').waitFor()
    expect(await page.getByRole('meter', { name: 'T2 now' }).getAttribute('aria-valuetext')).toBe('51 now')
    expect(await page.getByRole('meter', { name: 'T2 under the trial' }).getAttribute('aria-valuetext')).toBe('42 on trial')
    await page.getByRole('grid', { name: 'Actions that would have needed something else' }).getByRole('row').nth(1).getByText('↓ less').waitFor()
    found.push(...(await violations(page, 'a dry run')))

    await file.focus()
    await page.keyboard.press('Control+s')
    const dialog = page.getByRole('dialog', { name: 'Save default.yaml?' })
    await dialog.waitFor()
    found.push(...(await violations(page, 'saving a policy')))
    const act = dialog.getByRole('button', { name: 'Put it in force' })
    await page.keyboard.type('default.yml')
    expect(await act.isDisabled()).toBe(true)
    await page.keyboard.press('Enter')
    expect(await dialog.count()).toBe(1)
    await page.keyboard.press('Control+a')
    await page.keyboard.type('default.yaml')
    await page.keyboard.press('Enter')
    await page.getByText('Version 5 of the policy is in force.').waitFor()
    await settle(page)
    await page.getByText('As it is on disk').waitFor()
    expect(await file.inputValue()).toContain('deploy.local: { tier: T1 }')
    await context.close()
    expect({ found, complaints }).toEqual({ found: [], complaints: [] })
  }, 120_000)

  it('does not take the pasted name of a file for a typed one (U-51)', async () => {
    const { page, context } = await stage.open({ place: 'rules/policy/shop.yaml' })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const file = page.getByRole('textbox', { name: 'Text of shop.yaml' })
    await file.fill(`${await file.inputValue()}# mine\n`)
    await settle(page)
    await page.getByRole('button', { name: 'Save…' }).click()
    const name = page.getByLabel('Type shop.yaml to say that you mean it')
    await page.evaluate("navigator.clipboard.writeText('shop.yaml')")
    await name.focus()
    await page.keyboard.press('Control+v')
    expect(await name.inputValue()).toBe('')
    await context.close()
  }, 60_000)

  it('keeps what was typed while the owner looks elsewhere, and says that it is not saved', async () => {
    const { page, context } = await stage.open({ place: 'rules/policy/shop.yaml' })
    const file = page.getByRole('textbox', { name: 'Text of shop.yaml' })
    await file.fill('version: 1\n# half done\n')
    await page.getByRole('tab', { name: 'Playbooks' }).click()
    await page.getByRole('tab', { name: 'Policy', exact: true }).click()
    await page.getByRole('tab', { name: 'shop.yaml · not saved' }).click()
    expect(await file.inputValue()).toBe('version: 1\n# half done\n')
    await page.getByRole('button', { name: 'Throw away changes' }).click()
    await page.getByRole('button', { name: 'Throw away', exact: true }).click()
    expect(await file.inputValue()).toContain('angry-customer')
    await context.close()
  }, 60_000)

  it('says so where nothing was ever asked, and a first file can be begun', async () => {
    const { page, context } = await stage.open({ world: 'empty', place: 'rules' })
    await page.getByRole('button', { name: 'Write the first' }).click()
    await page.getByLabel('Name').fill('Shop.yaml')
    await page.getByText('Lower case, without folders, ending in .yaml.').waitFor()
    await page.getByLabel('Name').fill('shop.yaml')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /^Dry run/ }).click()
    await page.getByText('Nothing has been asked for yet: there is nothing to try it on.').waitFor()
    await context.close()
  }, 60_000)
})

describe('a playbook', () => {
  it('is drafted, read in one sentence, activated and revoked with the keyboard alone (C-22, U-46)', async () => {
    const { page, context, complaints } = await stage.open({ place: 'rules/playbooks' })
    await page.getByRole('button', { name: 'Draft a playbook…' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Draft a playbook' })
    await dialog.waitFor()
    await page.keyboard.type('Shop deploys')
    await dialog.getByRole('checkbox', { name: /^deploy\.local/ }).press(' ')
    await dialog.getByRole('checkbox', { name: 'Rex' }).press(' ')
    await dialog.getByRole('checkbox', { name: 'pdf-tools' }).press(' ')
    await dialog
      .getByText('Rex may deploy.local in pdf-tools up to 5 times, $1.00 each and $5.00 together, until 28 Nov, 14:32 NZDT, without asking.')
      .waitFor()
    expect(await dialog.getByText('data.delete').count()).toBe(0)
    const found = await violations(page, 'drafting a playbook')
    await dialog.getByLabel('Days').fill('31')
    await dialog.getByText('At most 30 days.').waitFor()
    expect(await dialog.getByRole('button', { name: 'Keep the draft' }).isDisabled()).toBe(true)
    await dialog.getByLabel('Days').fill('7')
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })

    await page.getByRole('button', { name: 'Activate Shop deploys' }).press('Enter')
    await page.getByText('Rex may deploy.local in pdf-tools up to 5 times, $1.00 each and $5.00 together, until 28 Nov, 14:32 NZDT, without asking.').waitFor()
    found.push(...(await violations(page, 'activating a playbook')))
    await page.getByRole('button', { name: 'Let it answer for me' }).press('Enter')
    await page.getByText('“Shop deploys” answers from now on.').waitFor()
    const revoke = page.getByRole('button', { name: 'Revoke Shop deploys' })
    await revoke.press('Enter')
    expect(await focused(page)).toBe('Leave as it is')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('“Shop deploys” answers no more.').waitFor()
    await revoke.waitFor({ state: 'detached' })
    await context.close()
    expect({ found, complaints }).toEqual({ found: [], complaints: [] })
  }, 120_000)

  it('that waits stands first, and Enter on its row says what it rests on', async () => {
    const { page, context } = await stage.open({ place: 'rules/playbooks' })
    const rows = page.getByRole('grid', { name: 'Playbooks, drafts first' }).getByRole('row')
    await rows.nth(1).getByText('draft', { exact: true }).waitFor()
    await rows.nth(2).focus()
    await page.keyboard.press('Enter')
    await page.getByText('earned: Forge has merged 104 times, approved each time and never regretted.').waitFor()
    expect(page.url()).toContain(`#/rules/playbooks/${id('pbk', 2)}`)
    await page.keyboard.press('j')
    await page.getByRole('heading', { name: 'Incident: checkout answers 502' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Incident: checkout answers 502' }).waitFor({ state: 'detached' })
    await context.close()
  }, 60_000)

  it('for an incident holds at once, for some hours, and says until when (R-185)', async () => {
    const { page, context } = await stage.open({ place: 'rules/playbooks' })
    await page.getByRole('button', { name: 'Incident override…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Incident override' })
    await dialog.getByLabel('Incident').fill('pdf-tools answers 500')
    await dialog.getByRole('checkbox', { name: /^deploy\.production/ }).check()
    await dialog.getByLabel('Hours').fill('13')
    await dialog.getByText('Between 0.1 and 12.').waitFor()
    await dialog.getByLabel('Hours').fill('3')
    await dialog.getByText('It ends by itself on 21 Nov, 17:32 NZDT, or when you revoke it.').waitFor()
    const found = await violations(page, 'incident override')
    await dialog.getByRole('button', { name: 'Do not ask until then' }).click()
    await page.getByRole('button', { name: 'Revoke Incident: pdf-tools answers 500' }).waitFor()
    await context.close()
    expect(found).toEqual([])
  }, 60_000)

  it('is opened by a link that names it alone (U-25)', async () => {
    const { page, context } = await stage.open({ place: `playbook/${id('pbk', 4)}` })
    await page.getByRole('heading', { name: 'Incident: checkout answers 502' }).waitFor()
    await context.close()
  }, 60_000)
})

it('trust is shown as tasks of a hundred, with what was regretted (R-190)', async () => {
  const { page, context } = await stage.open({ place: 'rules/playbooks' })
  const rows = page.getByRole('grid', { name: 'Trust by agent and kind of action' }).getByRole('row')
  await rows.nth(2).getByText('61 of 100 tasks, and one was regretted on 14 November.').waitFor()
  expect(await page.getByRole('meter', { name: 'Tasks of Rex with deploy.local' }).getAttribute('aria-valuetext')).toBe('61 of 100')
  await context.close()
}, 60_000)

it('a template is written and changed; one that the policy names is not removed, and the reason stands in place (R-186)', async () => {
  const { page, context } = await stage.open({ place: 'rules/templates' })
  await page.getByRole('button', { name: 'Write a template…' }).click()
  await page.getByLabel('Name').fill('back-up')
  await page.getByLabel('Words').fill('It is up again. We are sorry.')
  const found = await violations(page, 'a new template')
  await page.getByRole('button', { name: 'Save it' }).click()
  await page.getByRole('button', { name: 'Change back-up' }).click()
  await page.getByLabel('Words').fill('It is up again.')
  await page.getByRole('button', { name: 'Save it' }).click()
  await page.getByRole('grid', { name: 'Templates' }).getByText('It is up again.', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Remove back-up' }).click()
  await page.getByRole('button', { name: 'Remove it' }).click()
  await page.getByRole('button', { name: 'Remove back-up' }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Remove aware-and-investigating' }).click()
  await page.getByRole('button', { name: 'Remove it' }).click()
  const dialog = page.getByRole('dialog', { name: 'Remove aware-and-investigating?' })
  await dialog.getByText('mail.customer sends it when nobody answers.').waitFor()
  found.push(...(await violations(page, 'a template in use')))
  await context.close()
  expect(found).toEqual([])
}, 60_000)

describe('oversight', () => {
  it('offers a draft where asking saves nothing, and counts what should not have happened (U-52)', async () => {
    const { page, context, complaints } = await stage.open({ place: 'rules/oversight' })
    expect(await page.getByRole('meter', { name: 'approved', exact: true }).getAttribute('aria-valuetext')).toMatch(/^88 %\. /)
    await page.getByRole('button', { name: 'Draft a playbook for Forge and deploy.local' }).click()
    const dialog = page.getByRole('dialog', { name: 'Draft a playbook' })
    expect(await dialog.getByRole('checkbox', { name: /^deploy\.local/ }).isChecked()).toBe(true)
    expect(await dialog.getByRole('checkbox', { name: 'Forge' }).isChecked()).toBe(true)
    await page.keyboard.press('Escape')
    await page
      .getByRole('button', { name: /^Should not have happened: / })
      .first()
      .click()
    await page.getByLabel('Why').fill('It broke the cart.')
    const found = await violations(page, 'regret')
    await page.getByRole('button', { name: 'Count it' }).click()
    await page.getByText('It is counted.').waitFor()
    await context.close()
    expect({ found, complaints }).toEqual({ found: [], complaints: [] })
  }, 60_000)

  it('says when decisions come too fast and when an agent is held back (U-52, U-53)', async () => {
    const { page, context } = await stage.open({ world: 'thousand', place: 'rules/oversight' })
    await page.getByText('Forge gets no new work that would ask: 1,009 cards are open, 600 of them its own').waitFor()
    await page.getByText(/previews open by themselves, and keys wait 2 s/).waitFor()
    await context.close()
  }, 60_000)
})

it('a thousand playbooks and versions are no more rows in the page than fit into view (U-117)', async () => {
  const { page, context } = await stage.open({ world: 'thousand', place: 'rules/playbooks' })
  const grid = page.getByRole('grid', { name: 'Playbooks, drafts first' })
  await grid.getByRole('row').nth(3).waitFor()
  expect(Number(await grid.getAttribute('aria-rowcount'))).toBe(1008)
  expect(await grid.getByRole('row').count()).toBeLessThan(60)
  await grid.getByRole('row').nth(1).focus()
  await page.keyboard.press('End')
  await grid.getByText('Deploy shop 1999 on this machine').waitFor()
  await context.close()
}, 60_000)

it('what was read stays on screen, marked and dated, when it cannot be read again (U-23)', async () => {
  const { page, context } = await stage.open({ place: 'rules/playbooks' })
  await page.getByText('Shop goes live by itself').waitFor()
  // The line breaks and comes back to a world that refuses every read.
  await page.evaluate("document.cookie = 'world=error; SameSite=Strict; Path=/'")
  for (const socket of stage.server.sockets()) socket.terminate()
  for (let i = 0; i < 8 && (await page.getByText('The database could not be read.').count()) === 0; i += 1) await settle(page)
  await page.getByText('The database could not be read.').first().waitFor()
  await page.getByText(/^as of 14:3\d:\d\d$/).waitFor()
  await page.getByText('Shop goes live by itself').waitFor()
  await context.close()
}, 60_000)
