import pino from 'pino'

export type Logger = pino.Logger

/**
 * JSON lines to a file, or nowhere. Secrets never reach it: callers log ids and codes, not bodies. Written at once: lines are few, and
 * the last one before an exit is the one that is looked for.
 */
export function createLogger(file: string | undefined): Logger {
  if (!file) return pino({ enabled: false })
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: file, mkdir: true, sync: true }))
}
