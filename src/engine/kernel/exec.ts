import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'

export type ExecOptions = {
  readonly cwd: string
  /** The whole environment of the child; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  readonly input?: string
  readonly timeoutMs: number
  /** Bytes of output kept; the middle of a longer one is cut. Default 1 MiB. */
  readonly maxOutput?: number
  readonly signal?: AbortSignal
}

export type ExecResult = {
  /** null when a signal ended it or it could not start. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** stdout and stderr in the order they came. */
  readonly output: string
  readonly durationMs: number
  readonly timedOut: boolean
  /** Set when the program could not be started at all. */
  readonly startError: string | undefined
}

/** Runs a program to its end in its own process group and kills the whole group at the time limit. Never throws. */
export function exec(argv: readonly [string, ...string[]], options: ExecOptions): Promise<ExecResult> {
  const [program, ...args] = argv
  const limit = options.maxOutput ?? 1_048_576
  const started = performance.now()
  return new Promise((resolve) => {
    const streams = { stdout: '', stderr: '', output: '' }
    let timedOut = false
    let startError: string | undefined
    const child = spawn(program, args, { cwd: options.cwd, env: options.env, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    const killGroup = () => {
      if (child.pid === undefined) return
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        child.kill('SIGKILL')
      }
    }
    const timer = setTimeout(() => {
      timedOut = true
      killGroup()
    }, options.timeoutMs)
    options.signal?.addEventListener('abort', killGroup, { once: true })
    const keep = (name: 'stdout' | 'stderr') => (chunk: string) => {
      streams[name] = clip(streams[name] + chunk, limit)
      streams.output = clip(streams.output + chunk, limit)
    }
    child.stdout.setEncoding('utf8').on('data', keep('stdout'))
    child.stderr.setEncoding('utf8').on('data', keep('stderr'))
    child.on('error', (error) => {
      startError = error.message
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', killGroup)
      resolve({ code, signal, ...streams, durationMs: Math.round(performance.now() - started), timedOut, startError })
    })
    // A child that does not read its input closes the pipe: that is its right, not an error of ours.
    child.stdin.on('error', () => {})
    child.stdin.end(options.input ?? '')
  })
}

const CUT = '\n… output cut …\n'
function clip(text: string, limit: number): string {
  if (text.length <= limit * 1.25) return text
  const half = Math.floor(limit / 2)
  return text.slice(0, half) + CUT + text.slice(-half)
}
