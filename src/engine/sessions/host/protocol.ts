import { z } from 'zod'
import { DriverName } from '../../../contract/queue.ts'

/**
 * One JSON document a line, both ways, over a unix socket. `hello`, `welcome`, `stop`, `stopped`, `ended` and `quit` keep their
 * form in every version, so that any engine can end what any host runs; `launch` needs equal versions.
 */
export const PROTOCOL = 1

export const LaunchSpec = z.object({
  id: z.string(),
  /** The session's own folder; the host writes its record there. */
  dir: z.string(),
  driver: DriverName,
  title: z.string(),
  argv: z.array(z.string()).min(1),
  cwd: z.string(),
  /** The whole environment; nothing of the host's is inherited. */
  env: z.record(z.string(), z.string()),
  stdin: z.string().nullable(),
  pty: z.boolean(),
  cols: z.int().positive(),
  rows: z.int().positive(),
  timeoutMs: z.number().positive().nullable(),
  /** Without any output for this long it is stopped as timed out. */
  idleTimeoutMs: z.number().positive().nullable(),
  /** Value of REEF_ATTEMPT in `env`. */
  mark: z.string(),
  /** Masked in everything that is written. */
  secrets: z.array(z.string()),
  /** Where the session's model calls go, to tell a gateway that is gone from a program that failed; null when it makes none. */
  gatewayUrl: z.string().nullable(),
  /** A program that waits for a gateway that is gone is ended after this long; some wait for ever. */
  gatewayPatienceMs: z.number().positive(),
})
export type LaunchSpec = z.infer<typeof LaunchSpec>

const StopWhy = z.enum(['cancelled', 'killed_budget', 'timed_out'])

export const ToHost = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), protocol: z.int() }),
  z.object({ type: z.literal('launch'), ref: z.int(), spec: LaunchSpec }),
  z.object({ type: z.literal('stop'), ref: z.int(), id: z.string(), why: StopWhy }),
  /** Ends the host once nothing runs in it. */
  z.object({ type: z.literal('quit') }),
])
export type ToHost = z.infer<typeof ToHost>

const Pulse = z.object({ id: z.string(), units: z.int(), lastLine: z.string().nullable(), at: z.int().nullable() })
export type HostPulse = z.infer<typeof Pulse>

export const FromHost = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    protocol: z.int(),
    pid: z.int(),
    sessions: z.array(Pulse.extend({ pid: z.int(), ticks: z.string().nullable() })),
  }),
  z.object({ type: z.literal('launched'), ref: z.int(), pid: z.int(), ticks: z.string().nullable() }),
  z.object({ type: z.literal('refused'), ref: z.int(), message: z.string() }),
  z.object({ type: z.literal('stopped'), ref: z.int(), survivors: z.int() }),
  Pulse.extend({ type: z.literal('progress') }),
  z.object({ type: z.literal('ended'), id: z.string() }),
])
export type FromHost = z.infer<typeof FromHost>
export type Welcome = Extract<FromHost, { type: 'welcome' }>

/** `exit.json`: written last and at once, so that its presence means the session is over and the rest is complete. */
export const ExitFile = z.object({
  v: z.literal(1),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  stopped: StopWhy.nullable(),
  survivors: z.int(),
  endedAt: z.int(),
  units: z.int(),
  lastLine: z.string().nullable(),
  lastOutputAt: z.int().nullable(),
})
export type ExitFile = z.infer<typeof ExitFile>

export const ResultFile = z.object({
  v: z.literal(1),
  outcome: z.enum(['succeeded', 'failed', 'interrupted', 'timed_out', 'killed_budget', 'cancelled']),
  message: z.string(),
  text: z.string(),
})
export type ResultFile = z.infer<typeof ResultFile>
