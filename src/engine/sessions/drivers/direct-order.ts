import type { WireFormat } from '../../../contract/index.ts'

/** What the direct program is given on standard input. The token is in its environment. */
export type DirectOrder = {
  readonly wire: WireFormat
  readonly gatewayUrl: string
  readonly model: string
  readonly system: string
  readonly prompt: string
  readonly temperature: number
  readonly cwd: string
  /** The answer is work on files, not a text for someone. */
  readonly writes: boolean
  readonly outputs: readonly string[]
}
