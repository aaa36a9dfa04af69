// Records what the real programs print, for the drivers' unit tests. Run after a program's version was raised:
//   node test/programs/record-transcripts.ts
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DriverName, WireFormat } from '../../src/contract/index.ts'
import { fetchPrograms } from './fetch-programs.ts'
import { type Script, type Step, startScriptedModel } from './scripted-model.ts'
import { openWorkshop } from './workshop.ts'

const work: Step = { kind: 'shell', command: 'echo hello > out.txt; cat out.txt' }
const fail: Step = { kind: 'shell', command: 'echo broken; exit 3' }
const done: Step = { kind: 'text', text: 'All done.' }
const refusal: Step = { kind: 'status', status: 402, headers: { 'x-should-retry': 'false' } }
const scripts: Record<string, Script> = { work: [work, fail, done], refused: [work, refusal], stumble: [{ kind: 'status', status: 500 }, done] }
const programs: Array<[DriverName, WireFormat]> = [
  ['claude-code', 'anthropic'],
  ['codex', 'openai-responses'],
  ['pi', 'anthropic'],
]

const root = join(import.meta.dirname, '../..')
const { claude, codex } = await fetchPrograms()
await using shop = await openWorkshop({ REEF_CLAUDE: claude, REEF_CODEX: codex })
const into = join(import.meta.dirname, 'transcripts')
mkdirSync(into, { recursive: true })
for (const [driver, wire] of programs)
  for (const [name, script] of Object.entries(scripts)) {
    await using model = await startScriptedModel(script)
    const id = await shop.sessions.launch(shop.order({ driver, provider: { wire }, gatewayUrl: model.url }))
    const { outcome } = await shop.sessions.ended(id)
    const recorded = readFileSync(join(shop.dataDir, 'sessions', id, 'events.jsonl'), 'utf8')
    writeFileSync(join(into, `${driver}-${name}.jsonl`), impersonal(recorded))
    process.stdout.write(`${driver} ${name}: ${outcome}, ${recorded.length} characters\n`)
  }

/** Without this machine: only the shape of the events matters. */
function impersonal(text: string): string {
  return text
    .replaceAll(shop.dataDir, '/data')
    .replaceAll(shop.dataDir.replaceAll('/', '-'), '-data')
    .replaceAll(claude, '/usr/bin/claude')
    .replaceAll(root, '/reef')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:4321')
}
