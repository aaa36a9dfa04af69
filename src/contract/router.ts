import { z } from 'zod'

export const WireFormat = z.enum(['anthropic', 'openai-responses', 'openai-chat', 'ollama'])
export type WireFormat = z.infer<typeof WireFormat>

export const ProviderName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a provider name is lower-case letters, digits and dashes')

export const ProviderView = z.object({
  name: ProviderName,
  wire: WireFormat,
  baseUrl: z.url(),
  /** Never the key itself. */
  key: z.enum(['stored', 'environment', 'none']),
  rehearsal: z.boolean(),
})
export type ProviderView = z.infer<typeof ProviderView>
