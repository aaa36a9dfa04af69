import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { openShell, type Shell } from './shell.ts'

/** The owner's first quarter of an hour with the built app, in both shells. */
let shell: Shell
const complaints: string[] = []

test.beforeAll(async ({ browserName: _ }, { project }) => {
  shell = await openShell(project.name)
  await watch(shell.page)
})
test.afterAll(() => shell?.end())
test.afterEach(() => {
  expect(complaints.splice(0)).toEqual([])
})

/** Whatever the page complains of fails the test in which it happened. */
async function watch(page: Page): Promise<void> {
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await isLive(page)
}

const isLive = (page: Page) => expect(page.locator('[data-feed="live"]')).toBeVisible({ timeout: 30_000 })
const rail = (page: Page) => page.getByRole('navigation', { name: 'Screens' })

async function goTo(page: Page, screen: string): Promise<void> {
  await rail(page).getByRole('link', { name: screen }).click()
  await expect(rail(page).getByRole('link', { name: screen })).toHaveAttribute('aria-current', 'page')
}

test('R-017 U-38 the first start rehearses by itself: it is labelled, asks the owner, and ends with a product that answers', async () => {
  const { page } = shell
  await expect(page.getByText('REHEARSAL').first()).toBeVisible()
  await expect(page.getByRole('button', { name: 'Skip the rehearsal' })).toBeVisible()

  await expect(page.getByRole('banner').getByRole('link', { name: /waits on you/ })).toBeVisible({ timeout: 150_000 })
  await goTo(page, 'Inbox')
  await page
    .getByRole('main')
    .getByRole('button', { name: /^Approve/ })
    .first()
    .click()
  // Within the grace time it can still be taken back.
  await expect(page.getByRole('button', { name: /^Undo/ })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Skip the rehearsal' })).toBeHidden({ timeout: 60_000 })

  await goTo(page, 'Plans')
  await page
    .getByRole('main')
    .getByRole('gridcell', { name: /price comparison/i })
    .first()
    .click()
  await expect(page.getByRole('main').getByRole('heading', { name: /price comparison/i })).toBeVisible()
  const endpoint = page.getByRole('link', { name: /^http:\/\/127\.0\.0\.1:\d+/ }).first()
  await expect(endpoint).toBeVisible()
  const address = await endpoint.getAttribute('href')
  const health = await fetch(new URL('/health', address ?? ''))
  expect(health.status).toBe(200)
})

for (const theme of ['light', 'dark'] as const) {
  test(`U-113 every screen opens in ${theme} without a complaint of the page or of axe`, async () => {
    const { page } = shell
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    const found: string[] = []
    for (const screen of await rail(page).getByRole('link').all()) {
      const name = (await screen.getAttribute('title')) ?? ''
      await screen.click()
      await expect(screen).toHaveAttribute('aria-current', 'page')
      await expect(page.getByRole('main').locator('[aria-busy="true"]')).toHaveCount(0)
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()
      found.push(...violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ target }) => `${name}: ${id} at ${target.join(' ')}`)))
    }
    expect(found).toEqual([])
  })
}

test('a reload comes back to the same screen with the same work on it', async () => {
  const { page } = shell
  await goTo(page, 'Plans')
  const plan = page
    .getByRole('main')
    .getByText(/price comparison/i)
    .first()
  await expect(plan).toBeVisible()
  await page.reload()
  await isLive(page)
  await expect(rail(page).getByRole('link', { name: 'Plans' })).toHaveAttribute('aria-current', 'page')
  await expect(plan).toBeVisible()
})

test('closing the window stops nothing: the next one shows the factory as it went on', async () => {
  await shell.closeWindow()
  const page = await shell.openWindow()
  await watch(page)
  await expect(page.getByRole('banner').getByText('Running', { exact: true })).toBeVisible()
  await goTo(page, 'Plans')
  await expect(
    page
      .getByRole('main')
      .getByText(/price comparison/i)
      .first(),
  ).toBeVisible()
})
