import type { WireFormat } from '../../contract/index.ts'

export type ProviderForm = { readonly name: string; readonly wire: WireFormat; readonly baseUrl: string; readonly key: string }
type Preset = { readonly id: string; readonly title: string; readonly hint: string; readonly form: ProviderForm; readonly key: 'needed' | 'none' | 'maybe' }

const form = (name: string, wire: WireFormat, baseUrl: string): ProviderForm => ({ name, wire, baseUrl, key: '' })

/** The usual places where models are reached; the last one is for everything that speaks one of the four wire formats. */
export const presets: readonly Preset[] = [
  {
    id: 'anthropic',
    title: 'Anthropic',
    hint: 'with a key of your account',
    key: 'needed',
    form: form('anthropic', 'anthropic', 'https://api.anthropic.com/v1'),
  },
  { id: 'openai', title: 'OpenAI', hint: 'with a key of your account', key: 'needed', form: form('openai', 'openai-responses', 'https://api.openai.com/v1') },
  {
    id: 'openrouter',
    title: 'OpenRouter',
    hint: 'many models, one key',
    key: 'needed',
    form: form('openrouter', 'openai-chat', 'https://openrouter.ai/api/v1'),
  },
  { id: 'ollama', title: 'Ollama', hint: 'on this machine, free', key: 'none', form: form('ollama', 'ollama', 'http://127.0.0.1:11434') },
  { id: 'other', title: 'Another', hint: 'anything of these formats', key: 'maybe', form: form('', 'openai-chat', 'https://') },
]

export const wireNames: ReadonlyArray<readonly [WireFormat, string]> = [
  ['anthropic', 'Anthropic Messages'],
  ['openai-responses', 'OpenAI Responses'],
  ['openai-chat', 'OpenAI Chat Completions'],
  ['ollama', 'Ollama'],
]

/** The form as the engine takes it; an empty key is left out, so that a stored one or one of the environment stays. */
export function toProvider({ name, wire, baseUrl, key }: ProviderForm): { name: string; wire: WireFormat; baseUrl: string; key?: string } {
  return { name: name.trim(), wire, baseUrl: baseUrl.trim(), ...(key.trim() !== '' && { key: key.trim() }) }
}
