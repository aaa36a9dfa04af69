// Writes assets/prices.json and assets/models.json from pi-ai's catalogue: one line a model, so that a new catalogue shows as a readable
// difference. Of models.json, what a model can do: every model of this catalogue uses tools, which is why the column is 1 throughout. Models that the catalogue gives away for nothing (subscriptions, previews) are left out: an unknown price is the ceiling, never zero.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtinModels } from '@earendil-works/pi-ai/providers/all'

const root = join(import.meta.dirname, '..')
const { version } = JSON.parse(readFileSync(join(root, 'node_modules/@earendil-works/pi-ai/package.json'), 'utf8'))
const rates = ({ input, output, cacheRead, cacheWrite }) => [input, output, cacheRead, cacheWrite]

// What the catalogue lacks, as the sellers' own pages had it on 2026-11-21: ai.google.dev/gemini-api/docs/pricing (prompts over
// 200,000 tokens) and platform.claude.com/docs/en/about-claude/pricing. A catalogue that knows a model better wins.
const longPrompt = { 'gemini-2.5-pro': [200_000, 2.5, 15, 0.25, 0], 'gemini-3.1-pro-preview': [200_000, 4, 18, 0.4, 0] }
longPrompt['gemini-3.1-pro-preview-customtools'] = longPrompt['gemini-3.1-pro-preview']
const missing = {
  anthropic: [['claude-sonnet-5-5', [2, 10, 0.2, 2.5, 1_000_000]]],
  // Embeddings, which the catalogue has none of: openai.com/api/pricing and ai.google.dev/gemini-api/docs/pricing.
  openai: [
    ['text-embedding-3-small', [0.02, 0, 0, 0, 8191]],
    ['text-embedding-3-large', [0.13, 0, 0, 0, 8191]],
    ['text-embedding-ada-002', [0.1, 0, 0, 0, 8191]],
  ],
  google: [['gemini-embedding-001', [0.15, 0, 0, 0, 2048]]],
}

const providers = new Map()
const abilities = new Map()
for (const model of builtinModels().getModels()) {
  const able = [model.contextWindow, model.maxTokens, model.input.includes('image') ? 1 : 0, 1]
  abilities.set(model.provider, [...(abilities.get(model.provider) ?? []), [model.id, able]])
  if (!(model.cost.input > 0 || model.cost.output > 0)) continue
  const listed = (model.cost.tiers ?? []).map((tier) => [tier.inputTokensAbove, ...rates(tier)])
  const long = model.provider.startsWith('google') ? longPrompt[model.id] : undefined
  const tiers = listed.length > 0 || !long ? listed : [long]
  const row = [...rates(model.cost), model.contextWindow ?? null, ...(tiers.length > 0 ? [tiers] : [])]
  providers.set(model.provider, [...(providers.get(model.provider) ?? []), [model.id, row]])
}
for (const [provider, rows] of Object.entries(missing)) {
  const known = providers.get(provider) ?? []
  providers.set(provider, [...known, ...rows.filter(([id]) => !known.some(([other]) => other === id))])
}

const byName = ([a], [b]) => (a < b ? -1 : 1)
const asOf = process.env.REEF_PRICES_AS_OF ?? new Date().toISOString().slice(0, 10)

function writeAsset(name, providers, about) {
  const blocks = [...providers].sort(byName).map(([provider, models]) => {
    const lines = models.sort(byName).map(([id, row]) => `   ${JSON.stringify(id)}:${JSON.stringify(row)}`)
    return `  ${JSON.stringify(provider)}:{\n${lines.join(',\n')}\n  }`
  })
  const head = Object.entries({ v: 1, asOf, source: `@earendil-works/pi-ai ${version}`, ...about }).map(
    ([key, value]) => ` ${JSON.stringify(key)}:${JSON.stringify(value)}`,
  )
  writeFileSync(join(root, 'assets', name), `{\n${head.join(',\n')},\n "providers":{\n${blocks.join(',\n')}\n }\n}\n`)
}
writeAsset('prices.json', providers, {
  columns: ['input', 'output', 'cacheRead', 'cacheWrite', 'contextWindow', 'tiers'],
  unit: 'US dollars per million tokens',
})
writeAsset('models.json', abilities, { columns: ['contextWindow', 'maxOutput', 'vision', 'tools'] })
