import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const entry = join(root, 'src', 'cli', 'reef.ts')
export const serverEntry: string = join(root, 'test', 'cli', 'fixture-server.ts')

/** TypeScript runs as it is from Node 22.18 on; an older one takes the bundled Node. */
export const node: string = Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : join(root, 'node_modules', '.bin', 'node')

export type Left = { readonly code: number | null; readonly stdout: string; readonly stderr: string; readonly argv: readonly string[] }
type Options = {
  readonly env?: Record<string, string>
  readonly input?: string
  readonly onOutput?: (text: string, child: { kill(signal: NodeJS.Signals): void }) => void
}

/** The command as a user has it: a process, with nothing of ours in its environment but what the test says. */
export function reef(args: readonly string[], { env = {}, input = '', onOutput }: Options = {}): Promise<Left> {
  const argv = [entry, ...args]
  const child = spawn(node, argv, { env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', LANG: 'C.UTF-8', ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    onOutput?.(stdout + stderr, child)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    onOutput?.(stdout + stderr, child)
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return new Promise((done) => child.once('close', (code) => done({ code, stdout, stderr, argv })))
}

export function makeDataDir(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'reef-cli-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
