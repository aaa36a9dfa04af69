import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The page, the same for the desktop and the browser shell. */
// biome-ignore lint/style/noDefaultExport: Vite reads a config's default export.
export default defineConfig({
  root: join(import.meta.dirname, 'src/renderer'),
  base: '/',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: join(import.meta.dirname, 'dist/renderer'),
    emptyOutDir: false,
    target: 'chrome132',
    minify: true,
    sourcemap: false,
    assetsInlineLimit: 0,
  },
})
