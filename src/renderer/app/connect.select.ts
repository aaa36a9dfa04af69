import type { ModelView, ProviderPreset, ProviderView, WireFormat } from '../../contract/index.ts'

export const wireNames: ReadonlyArray<readonly [WireFormat, string]> = [
  ['anthropic', 'Anthropic Messages'],
  ['openai-responses', 'OpenAI Responses'],
  ['openai-chat', 'OpenAI Chat Completions'],
  ['ollama', 'Ollama'],
]

/** What is typed, but for the key: that stands in its field alone. */
export type ProviderForm = { readonly name: string; readonly wire: WireFormat; readonly baseUrl: string }

/** For whatever speaks one of the wire formats and is in no list. */
export const other: ProviderPreset = {
  name: 'other',
  title: 'Another address',
  wire: 'openai-chat',
  baseUrl: 'https://',
  billing: 'metered',
  keyUrl: null,
  environment: null,
  note: 'anything that speaks one of four formats',
}

export const toForm = (preset: ProviderPreset): ProviderForm => ({
  name: preset === other ? '' : preset.name,
  wire: preset.wire,
  baseUrl: preset.baseUrl,
})

/** An address with a gap is for the owner to fill in. */
export const hasGap = ({ baseUrl }: Pick<ProviderForm, 'baseUrl'>): boolean => /[{}]/.test(baseUrl)

/** Presets that have every word that was typed, in name, title or note; the open one always stands last. */
export function findPresets(presets: readonly ProviderPreset[], wanted: string): readonly ProviderPreset[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
  const found = presets.filter(({ name, title, note }) => words.every((word) => `${name} ${title} ${note}`.toLowerCase().includes(word)))
  return [...found, other]
}

/** Where a key is made, by its host: a link says where it leads before it is followed (U-26). */
export function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined
}

/** The cheapest of the models that were offered, for a try that costs least; the first where no price is known. */
export function cheapest(provider: string, offered: readonly string[], known: readonly ModelView[]): string | undefined {
  const price = (model: string) => known.find(({ ref }) => ref === `${provider}/${model}`)?.outputUsdPerMTok ?? Number.POSITIVE_INFINITY
  return offered.toSorted((a, b) => price(a) - price(b))[0]
}

export const isConnected = (providers: readonly ProviderView[], name: string): boolean => providers.some((one) => one.name === name && !one.rehearsal)
