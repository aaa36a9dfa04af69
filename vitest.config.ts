import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const project = (name: string, include: string[], exclude: string[], testTimeout: number) => ({
  test: { name, include, exclude: ['**/node_modules/**', 'dist/**', ...exclude], testTimeout, hookTimeout: testTimeout, environment: 'node' as const },
})

/** Three speeds: `unit` is pure, `db` works on real files of its own, `suites` start processes and cross subsystems. */
// biome-ignore lint/style/noDefaultExport: Vitest reads a config's default export.
export default defineConfig({
  test: {
    // Children, not threads: node-pty and better-sqlite3 are native, and a test may set its own environment.
    pool: 'forks',
    maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
    projects: [
      project('unit', ['src/**/*.test.{ts,tsx}'], ['src/**/*.db.test.ts'], 5_000),
      project('db', ['src/**/*.db.test.ts'], [], 20_000),
      project('suites', ['test/**/*.test.ts'], ['test/e2e/**'], 60_000),
    ],
  },
})
