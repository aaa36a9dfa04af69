import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { defineConfig } from 'vite'

const root = import.meta.dirname
const programFolder = 'src/engine/sessions/drivers/programs'
const programs = (existsSync(join(root, programFolder)) ? readdirSync(join(root, programFolder)) : [])
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => `${programFolder}/${name}`)

/** Output name in dist/ → source. What each is for stands in docs/architecture under Processes. */
const entries: Record<string, string> = {
  'main/main': 'src/main/main.ts',
  'main/server': 'src/main/server.ts',
  'main/session-host': 'src/engine/sessions/host/session-host.ts',
  'cli/reef': 'src/cli/reef.ts',
  ...Object.fromEntries(programs.map((file) => [`agents/${basename(file, '.ts')}`, file])),
}

export const missingEntries = Object.values(entries).filter((file) => !existsSync(join(root, file)))

/** Everything that runs under Node or in Electron's main process: one build, so that shared code is shared. */
// biome-ignore lint/style/noDefaultExport: Vite reads a config's default export.
export default defineConfig({
  root,
  // Many small files that every start would have to find and read one by one.
  ssr: { noExternal: [/^@orpc\//, 'zod', 'yaml', 'ulid'] },
  build: {
    ssr: true,
    target: 'node22',
    outDir: 'dist',
    emptyOutDir: false,
    sourcemap: true,
    minify: false,
    rollupOptions: {
      input: Object.fromEntries(
        Object.entries(entries)
          .filter(([, file]) => existsSync(join(root, file)))
          .map(([name, file]) => [name, join(root, file)]),
      ),
      external: ['electron'],
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
})
