import { defineConfig } from '@playwright/test'

/** The stand-in's own tests have nothing to say about Electron. */
const isReal = process.env['REEF_REAL_ELECTRON'] === '1'

/**
 * The built app, driven from outside. `browser`: the engine in a plain Node process and a browser's page. `electron`: the desktop shell, on
 * the stand-in of test/electron or, with REEF_REAL_ELECTRON=1, on Electron itself.
 */
// biome-ignore lint/style/noDefaultExport: Playwright reads a config's default export.
export default defineConfig({
  testDir: 'test',
  outputDir: '.cache/playwright',
  // A rehearsal builds a product; a slow machine needs its time. A step that hangs is found sooner by its own limit.
  timeout: 240_000,
  expect: { timeout: 15_000 },
  workers: 1,
  forbidOnly: true,
  use: { actionTimeout: 10_000, navigationTimeout: 20_000 },
  projects: [
    { name: 'browser', testMatch: 'e2e/*.e2e.ts' },
    { name: 'electron', testMatch: isReal ? 'e2e/*.e2e.ts' : ['e2e/*.e2e.ts', 'electron/*.e2e.ts'] },
  ],
})
