/** What a shell needs of the engine: where to connect, and how to end it. Filled in by the composition in this file. */
export type HostOptions = {
  readonly dataDir: string
  /** 0 picks a free port; the chosen one is remembered in the data directory. */
  readonly port: number
  readonly version: string
}
