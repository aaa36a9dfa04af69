import { join } from 'node:path'
import { defineConfig } from 'vite'

/** One CommonJS file with nothing but Electron's own module outside it: a sandboxed preload can load no other. */
// biome-ignore lint/style/noDefaultExport: Vite reads a config's default export.
export default defineConfig({
  root: import.meta.dirname,
  build: {
    lib: { entry: join(import.meta.dirname, 'src/preload/preload.ts'), formats: ['cjs'], fileName: () => 'preload.cjs' },
    outDir: 'dist/preload',
    emptyOutDir: true,
    target: 'chrome140',
    minify: false,
    rollupOptions: { external: ['electron'] },
  },
})
