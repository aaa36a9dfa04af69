// Writes assets/prices.json from pi-ai's catalogue: one line a model, so that a new catalogue shows as a readable difference.
// Models that the catalogue gives away for nothing (subscriptions, previews) are left out: an unknown price is the ceiling, never zero.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtinModels } from '@earendil-works/pi-ai/providers/all'

const root = join(import.meta.dirname, '..')
const { version } = JSON.parse(readFileSync(join(root, 'node_modules/@earendil-works/pi-ai/package.json'), 'utf8'))
const rates = ({ input, output, cacheRead, cacheWrite }) => [input, output, cacheRead, cacheWrite]

const providers = new Map()
for (const model of builtinModels().getModels()) {
  if (!(model.cost.input > 0 || model.cost.output > 0)) continue
  const tiers = (model.cost.tiers ?? []).map((tier) => [tier.inputTokensAbove, ...rates(tier)])
  const row = [...rates(model.cost), model.contextWindow ?? null, ...(tiers.length > 0 ? [tiers] : [])]
  providers.set(model.provider, [...(providers.get(model.provider) ?? []), [model.id, row]])
}

const byName = ([a], [b]) => (a < b ? -1 : 1)
const blocks = [...providers].sort(byName).map(([name, models]) => {
  const lines = models.sort(byName).map(([id, row]) => `   ${JSON.stringify(id)}:${JSON.stringify(row)}`)
  return `  ${JSON.stringify(name)}:{\n${lines.join(',\n')}\n  }`
})
const head = [
  ' "v":1',
  ` "asOf":${JSON.stringify(process.env.REEF_PRICES_AS_OF ?? new Date().toISOString().slice(0, 10))}`,
  ` "source":${JSON.stringify(`@earendil-works/pi-ai ${version}`)}`,
  ' "columns":["input","output","cacheRead","cacheWrite","contextWindow","tiers"]',
  ' "unit":"US dollars per million tokens"',
]
writeFileSync(join(root, 'assets/prices.json'), `{\n${head.join(',\n')},\n "providers":{\n${blocks.join(',\n')}\n }\n}\n`)
