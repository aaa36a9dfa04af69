import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import { expect, test } from '@playwright/test'
import { launchDesktop, standInProgram } from './launch.ts'
import type { standIn } from './stand-in/electron.ts'

/** The desktop shell of src/main with a fixture for an engine, on the stand-in. What a page may not do is tried from the page. */
const fixture = join(import.meta.dirname, 'fixture')
let folder: string
let app: ElectronApplication
let page: Page

const args = () => ['--data-dir', join(folder, 'data')]
const profile = () => join(folder, 'profile')

/** What the stand-in wrote down instead of showing it. */
const record = <T>(read: (recorded: (typeof standIn)['recorded']) => T): Promise<T> =>
  app.evaluate((electron, source) => {
    const { standIn: own } = electron as unknown as { standIn: typeof standIn }
    return new Function('recorded', `return (${source})(recorded)`)(own.recorded) as T
  }, String(read))

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reef-stand-in-'))
  app = await launchDesktop(fixture, profile(), args())
  page = await app.firstWindow()
  await page.waitForFunction(() => document.getElementById('answer')?.textContent !== 'waiting')
})
test.afterAll(async () => {
  await app?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('the page comes from the app scheme through the real handler, with its policy', async () => {
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL())).toBe('app://reef/')
  expect(await page.locator('h1').textContent()).toBe('Overview')
  expect(await page.evaluate(() => document.documentElement.dataset['inline'])).toBeUndefined()
  expect(await page.evaluate(() => fetch('/../secret.txt').then(({ status }) => status))).toBe(404)
  const outside = await page.evaluate(() => fetch('https://example.com').catch((error: Error) => error.name))
  expect(outside).toBe('TypeError')
})

test('the page gets one port to the engine and what the preload exposes, and nothing of Node or Electron', async () => {
  expect(await page.locator('#answer').textContent()).toBe('{"echo":"hello"}')
  expect(await page.evaluate(() => (window as unknown as { reefShell: unknown }).reefShell)).toEqual({ kind: 'electron' })
  expect(await page.evaluate(() => Object.isFrozen((window as unknown as { reefShell: object }).reefShell))).toBe(true)
  expect(
    await page.evaluate(() => ['require', 'process', 'module', 'ipcRenderer', 'reefStandIn', 'reefStandInReceive'].filter((name) => name in window)),
  ).toEqual([])
})

test('what structured clone carries crosses the port both ways, in order', async () => {
  const answers = await page.evaluate(async () => {
    const { fixture: page } = window as unknown as { fixture: { ask(data: unknown): Promise<{ echo: unknown }> } }
    const { echo } = (await page.ask({ bytes: new Uint8Array([1, 2]), date: new Date(5), map: new Map([[1, new Set(['a'])]]) })) as {
      echo: { bytes: Uint8Array; date: Date; map: Map<number, Set<string>> }
    }
    const order: unknown[] = []
    for (let i = 0; i < 50; i += 1) order.push((await page.ask(i)).echo)
    return { bytes: [...echo.bytes], date: echo.date.getTime(), inside: [...(echo.map.get(1) ?? [])], inOrder: order.every((one, at) => one === at) }
  })
  expect(answers).toEqual({ bytes: [1, 2], date: 5, inside: ['a'], inOrder: true })
})

test('a page that leaves, opens a window or evaluates text gets nowhere', async () => {
  await page.evaluate(() => {
    location.href = 'https://example.com/'
  })
  expect(await page.evaluate(() => document.querySelector('h1')?.textContent)).toBe('Overview')
  // Later, because Chromium lets its inspector evaluate what the page itself may not.
  const evaluated = await page.evaluate(
    () =>
      new Promise((resolve) =>
        setTimeout(() => {
          try {
            resolve(new Function('return 1')())
          } catch (error) {
            resolve((error as Error).name)
          }
        }),
      ),
  )
  expect(evaluated).toBe('EvalError')
  await page.evaluate(() => void window.open('https://example.com/docs'))
  await expect.poll(() => record(({ opened }) => opened)).toEqual(['https://example.com/docs'])
  await page.evaluate(() => void window.open('http://example.com/plain'))
  await expect.poll(() => app.context().pages().length).toBe(1)
  expect(await record(({ opened }) => opened)).toEqual(['https://example.com/docs'])
})

test('permissions are denied, but the page may write to the clipboard', async () => {
  const states = await page.evaluate(() =>
    Promise.all(
      ['geolocation', 'notifications', 'camera', 'clipboard-write'].map(
        async (name) => (await navigator.permissions.query({ name: name as PermissionName })).state,
      ),
    ),
  )
  expect(states).toEqual(['denied', 'denied', 'denied', 'granted'])
})

test('a notice is shown as text, and its click opens what it speaks of', async () => {
  await expect
    .poll(() => record(({ notifications }) => notifications.map(({ title, body }) => ({ title, body }))))
    .toEqual([{ title: 'Approval needed', body: 'Deploy harbour-shop' }])
  await record(({ notifications }) => notifications[0]?.emit('click'))
  await expect.poll(() => page.evaluate(() => (window as unknown as { fixture: { opened: string[] } }).fixture.opened)).toEqual(['#/task/task_1'])
})

test('sleep and waking reach the engine', async () => {
  await app.evaluate(({ powerMonitor }) => {
    powerMonitor.emit('suspend')
    powerMonitor.emit('resume')
  })
  const told = () => page.evaluate(() => (window as unknown as { fixture: { ask(data: unknown): Promise<string[]> } }).fixture.ask('told?'))
  expect(await told()).toEqual(['connect', 'suspend', 'resume'])
})

test('a reload ends the old port and gives the page a new one', async () => {
  await page.reload()
  await expect(page.locator('#answer')).toHaveText('{"echo":"hello"}')
  const told = await page.evaluate(() => (window as unknown as { fixture: { ask(data: unknown): Promise<string[]> } }).fixture.ask('told?'))
  expect([...told].sort()).toEqual(['close', 'connect', 'connect', 'resume', 'suspend'])
})

test('a second start opens the first one’s window at the link it was given, and ends', async () => {
  const second = spawn(standInProgram, [fixture, `--user-data-dir=${profile()}`, ...args(), 'reef://inbox'], { stdio: 'ignore' })
  const [code] = (await once(second, 'exit')) as [number]
  expect(code).toBe(0)
  await expect.poll(() => page.evaluate(() => (window as unknown as { fixture: { opened: string[] } }).fixture.opened)).toContain('#/inbox')
})

test('closing the window keeps the app; opening it again brings the window back where it was', async () => {
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await expect.poll(() => app.context().pages().length).toBe(0)
  await expect.poll(() => record(({ notifications }) => notifications.at(-1)?.title)).toBe('REEF keeps running')
  expect(JSON.parse(readFileSync(join(profile(), 'window.json'), 'utf8'))).toMatchObject({ width: 1440, height: 900 })
  const opened = app.waitForEvent('window')
  await app.evaluate(({ app: own }) => own.emit('activate'))
  page = await opened
  await expect(page.locator('#answer')).toHaveText('{"echo":"hello"}')
})

test('menu and tray offer to open REEF and to stop it', async () => {
  const tray = await record(({ trays }) =>
    trays.map(({ toolTip, menu, image }) => ({ toolTip, labels: menu?.items.map(({ label }) => label ?? '—'), hasImage: !image.isEmpty() })),
  )
  expect(tray).toEqual([{ toolTip: 'REEF', labels: ['Open REEF', '—', 'Quit REEF and stop the factory'], hasImage: true }])
  expect(await record(({ applicationMenu }) => applicationMenu?.items.length)).toBe(3)
})

test('what the stand-in does not have is an error, never a silent nothing', async () => {
  const asked = app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setProgressBar(1))
  await expect(asked).rejects.toThrow('The stand-in has no BrowserWindow.setProgressBar')
  const weak = app.evaluate(({ BrowserWindow }) => new BrowserWindow({ webPreferences: { nodeIntegration: true } }))
  await expect(weak).rejects.toThrow('The stand-in refuses')
})
