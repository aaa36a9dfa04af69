#!/usr/bin/env node
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { findNode, root } from '../scripts/node-version.mjs'

const node = findNode()
try {
  const { build, isStale } = await import('../scripts/build.mjs')
  if (isStale()) await build()
} catch (error) {
  process.stderr.write(`REEF could not be built: ${error.message}\n`)
  process.exit(1)
}

const child = spawn(node, ['--enable-source-maps', join(root, 'dist', 'cli', 'reef.js'), ...process.argv.slice(2)], { stdio: 'inherit' })
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
for (const signal of signals) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  process.stderr.write(`REEF's command line could not be started: ${error.message}\n`)
  process.exit(1)
})
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
