import { spawn } from 'node:child_process'
import type { LaunchSpec } from './protocol.ts'

export type Exit = { readonly exitCode: number | null; readonly signal: string | null }
export type Running = { readonly pid: number /** Resolves once it has ended and its output is complete. */; readonly exited: Promise<Exit> }

/** How long output may be kept open by a process that the program left behind. */
const DRAIN_MS = 400

/** Starts a program on a terminal of its own. Rejects when it cannot be started. */
export async function startTerminal(spec: LaunchSpec, onData: (text: string) => void): Promise<Running> {
  const { spawn: spawnTerminal } = await import('node-pty')
  const [file = '', ...args] = spec.argv
  const terminal = spawnTerminal(file, args, { name: 'xterm-256color', cols: spec.cols, rows: spec.rows, cwd: spec.cwd, env: spec.env })
  terminal.onData(onData)
  if (spec.stdin !== null) terminal.write(spec.stdin)
  const exited = new Promise<Exit>((resolve) => {
    terminal.onExit(({ exitCode, signal }) => {
      // Without this the master side stays open for as long as the host lives.
      ;(terminal as unknown as { destroy(): void }).destroy()
      resolve(signal ? { exitCode: null, signal: signalName(signal) } : { exitCode, signal: null })
    })
  })
  return { pid: terminal.pid, exited }
}

/** Starts a program with pipes, as the leader of a process group of its own. Rejects when it cannot be started. */
export function startPiped(spec: LaunchSpec, onData: (stream: 'stdout' | 'stderr', chunk: Buffer) => void): Promise<Running> {
  const [file = '', ...args] = spec.argv
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: spec.cwd, env: spec.env, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    child.once('error', reject)
    child.once('spawn', () => {
      const exited = new Promise<Exit>((settle) => {
        let late: NodeJS.Timeout | undefined
        child.once('close', (exitCode, signal) => {
          clearTimeout(late)
          settle({ exitCode, signal })
        })
        child.once('exit', (exitCode, signal) => {
          late = setTimeout(() => {
            child.stdout.destroy()
            child.stderr.destroy()
            settle({ exitCode, signal })
          }, DRAIN_MS)
        })
      })
      resolve({ pid: child.pid ?? 0, exited })
    })
    child.stdout.on('data', (chunk: Buffer) => onData('stdout', chunk))
    child.stderr.on('data', (chunk: Buffer) => onData('stderr', chunk))
    // A program that does not read its input closes the pipe: that is its right.
    child.stdin.on('error', () => {})
    child.stdin.end(spec.stdin ?? '')
  })
}

const names: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
}
const signalName = (signal: number): string => names[signal] ?? `signal ${signal}`
