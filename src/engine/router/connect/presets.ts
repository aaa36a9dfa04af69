import type { Billing, ProviderPreset, WireFormat } from '../../../contract/index.ts'

type Fact = {
  readonly name: string
  readonly title: string
  readonly wire: WireFormat
  readonly baseUrl: string
  readonly billing: Billing
  readonly keyUrl: string | null
  /** Where people have its key already, the likeliest first. */
  readonly variables: readonly string[]
  readonly note: string
}

/**
 * In the order in which they are shown. A name is the one that the price catalogue knows the provider by, where it does;
 * addresses are those of the providers' own documentation.
 */
const facts: readonly Fact[] = [
  {
    name: 'anthropic',
    title: 'Anthropic',
    wire: 'anthropic',
    baseUrl: 'https://api.anthropic.com/v1',
    billing: 'metered',
    keyUrl: 'https://platform.claude.com/settings/keys',
    variables: ['ANTHROPIC_API_KEY'],
    note: 'Claude, with a key of your account.',
  },
  {
    name: 'openai',
    title: 'OpenAI',
    wire: 'openai-responses',
    baseUrl: 'https://api.openai.com/v1',
    billing: 'metered',
    keyUrl: 'https://platform.openai.com/api-keys',
    variables: ['OPENAI_API_KEY'],
    note: 'GPT over the Responses API, which Codex needs.',
  },
  {
    name: 'openai-chat',
    title: 'OpenAI, Chat Completions',
    wire: 'openai-chat',
    baseUrl: 'https://api.openai.com/v1',
    billing: 'metered',
    keyUrl: 'https://platform.openai.com/api-keys',
    variables: [],
    note: 'The same models over the older API, for programs that speak only that.',
  },
  {
    name: 'google',
    title: 'Google Gemini',
    wire: 'openai-chat',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    billing: 'metered',
    keyUrl: 'https://aistudio.google.com/apikey',
    variables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    note: 'Gemini through its OpenAI-compatible door.',
  },
  {
    name: 'groq',
    title: 'Groq',
    wire: 'openai-chat',
    baseUrl: 'https://api.groq.com/openai/v1',
    billing: 'metered',
    keyUrl: 'https://console.groq.com/keys',
    variables: ['GROQ_API_KEY'],
    note: 'Open models, fast.',
  },
  {
    name: 'cerebras',
    title: 'Cerebras',
    wire: 'openai-chat',
    baseUrl: 'https://api.cerebras.ai/v1',
    billing: 'metered',
    keyUrl: 'https://cloud.cerebras.ai',
    variables: ['CEREBRAS_API_KEY'],
    note: 'Open models, fast.',
  },
  {
    name: 'mistral',
    title: 'Mistral',
    wire: 'openai-chat',
    baseUrl: 'https://api.mistral.ai/v1',
    billing: 'metered',
    keyUrl: 'https://console.mistral.ai/api-keys',
    variables: ['MISTRAL_API_KEY'],
    note: 'Mistral, Codestral and Devstral.',
  },
  {
    name: 'deepseek',
    title: 'DeepSeek',
    wire: 'openai-chat',
    baseUrl: 'https://api.deepseek.com/v1',
    billing: 'metered',
    keyUrl: 'https://platform.deepseek.com/api_keys',
    variables: ['DEEPSEEK_API_KEY'],
    note: 'DeepSeek’s own models.',
  },
  {
    name: 'xai',
    title: 'xAI',
    wire: 'openai-chat',
    baseUrl: 'https://api.x.ai/v1',
    billing: 'metered',
    keyUrl: 'https://console.x.ai',
    variables: ['XAI_API_KEY'],
    note: 'Grok.',
  },
  {
    name: 'openrouter',
    title: 'OpenRouter',
    wire: 'openai-chat',
    baseUrl: 'https://openrouter.ai/api/v1',
    billing: 'metered',
    keyUrl: 'https://openrouter.ai/keys',
    variables: ['OPENROUTER_API_KEY'],
    note: 'Models of many makers with one key.',
  },
  {
    name: 'together',
    title: 'Together',
    wire: 'openai-chat',
    baseUrl: 'https://api.together.ai/v1',
    billing: 'metered',
    keyUrl: 'https://api.together.ai/settings/api-keys',
    variables: ['TOGETHER_API_KEY'],
    note: 'Open models.',
  },
  {
    name: 'fireworks',
    title: 'Fireworks',
    wire: 'openai-chat',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    billing: 'metered',
    keyUrl: 'https://fireworks.ai/account/api-keys',
    variables: ['FIREWORKS_API_KEY'],
    note: 'Open models.',
  },
  {
    name: 'moonshotai',
    title: 'Moonshot',
    wire: 'openai-chat',
    baseUrl: 'https://api.moonshot.ai/v1',
    billing: 'metered',
    keyUrl: 'https://platform.kimi.ai/console/api-keys',
    variables: ['MOONSHOT_API_KEY'],
    note: 'Kimi.',
  },
  {
    name: 'zai',
    title: 'Z.ai',
    wire: 'openai-chat',
    baseUrl: 'https://api.z.ai/api/paas/v4',
    billing: 'metered',
    keyUrl: 'https://z.ai/manage-apikey/apikey-list',
    variables: ['ZAI_API_KEY'],
    note: 'GLM, paid by use; the coding plan is a subscription at https://api.z.ai/api/coding/paas/v4.',
  },
  {
    name: 'ollama',
    title: 'Ollama',
    wire: 'ollama',
    baseUrl: 'http://127.0.0.1:11434',
    billing: 'local',
    keyUrl: null,
    variables: [],
    note: 'Models on this machine; nothing leaves it.',
  },
  {
    name: 'litellm',
    title: 'LiteLLM',
    wire: 'openai-chat',
    baseUrl: 'http://127.0.0.1:4000/v1',
    billing: 'metered',
    keyUrl: null,
    variables: [],
    note: 'A LiteLLM proxy; its key is the one that its owner set.',
  },
  {
    name: 'vllm',
    title: 'vLLM',
    wire: 'openai-chat',
    baseUrl: 'http://127.0.0.1:8000/v1',
    billing: 'local',
    keyUrl: null,
    variables: [],
    note: 'A vLLM server on this machine, at its usual port.',
  },
  {
    name: 'llama-cpp',
    title: 'llama.cpp server',
    wire: 'openai-chat',
    baseUrl: 'http://127.0.0.1:8080/v1',
    billing: 'local',
    keyUrl: null,
    variables: [],
    note: 'llama-server on this machine, at its usual port.',
  },
  {
    name: 'openai-compatible',
    title: 'Any OpenAI-compatible server',
    wire: 'openai-chat',
    baseUrl: 'https://{host}/v1',
    billing: 'metered',
    keyUrl: null,
    variables: [],
    note: 'Whatever answers Chat Completions; give it a name and an address of your own.',
  },
]

/** Environment variables in which a provider's key may be, REEF's own first. */
export function keyVariables(provider: string): string[] {
  const own = `REEF_PROVIDER_${provider.toUpperCase().replaceAll('-', '_')}_KEY`
  return [own, ...(facts.find((fact) => fact.name === provider)?.variables ?? [])]
}

/** What REEF knows how to connect. `environment` names the variable of `env` that holds a key; the key itself is not in it. */
export function providerPresets(env: NodeJS.ProcessEnv): ProviderPreset[] {
  return facts.map(({ variables: _, ...fact }) => ({ ...fact, environment: keyVariables(fact.name).find((name) => env[name]?.trim()) ?? null }))
}
