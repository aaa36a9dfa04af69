import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { createProgram } from '../src/cli/program.ts'
import { ErrorReport, shapes, WaitReport, waitShapes } from '../src/cli/shapes.ts'
import * as contract from '../src/contract/index.ts'

/**
 * Writes docs/cli.md from the command tree and the contract's schemas; with --check only says whether it is up to date.
 * Needs a Node that runs TypeScript as it is (22.18 or later).
 */
const file = join(import.meta.dirname, '..', 'docs', 'cli.md')

const shared = z.registry()
for (const [id, schema] of [...Object.entries(contract), ['WaitReport', WaitReport], ['ErrorReport', ErrorReport]]) {
  if (/^[A-Z][a-z]/.test(id) && schema instanceof z.ZodType && !shared.has(schema)) shared.add(schema, { id })
}

/** Names used on the page, in the order of their first use; each gets its own section. */
const used = new Map()

function toJson(schema, io = 'output') {
  const json = z.toJSONSchema(schema, {
    io,
    metadata: shared,
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      // An id is checked as text and then only branded: its pattern is what travels.
      const { def } = zodSchema._zod
      if (def.type === 'pipe' && def.out._zod.def.type === 'transform') Object.assign(jsonSchema, z.toJSONSchema(def.in), { $schema: undefined })
      if (zodSchema.description) jsonSchema.description = zodSchema.description
    },
  })
  for (const [name, definition] of Object.entries(json.$defs ?? {})) if (!used.has(name)) used.set(name, definition)
  return json
}

const refName = (ref) => ref.replace('#/$defs/', '')

function toType(json, indent = '') {
  if (json.$ref) return refName(json.$ref)
  if (json.const !== undefined) return JSON.stringify(json.const)
  if (json.enum) return json.enum.map((value) => JSON.stringify(value)).join(' | ')
  const choices = json.anyOf ?? json.oneOf
  if (choices) return choices.map((choice) => toType(choice, indent)).join(' | ')
  if (Array.isArray(json.type)) return json.type.join(' | ')
  if (json.type === 'array') return `Array<${toType(json.items ?? {}, indent)}>`
  if (json.type === 'object' && json.properties) return toObject(json, indent)
  if (json.type === 'object') return `{ [key: string]: ${toType(json.additionalProperties || {}, indent)} }`
  if (json.type === 'integer') return 'integer'
  if (json.type === 'string')
    return json.pattern?.startsWith('^') && /^\^[a-z]+_\[/.test(json.pattern) ? `"${json.pattern.slice(1).split('_')[0]}_…"` : 'string'
  return json.type ?? 'any'
}

function toObject({ properties, required = [] }, indent) {
  const inner = `${indent}  `
  const lines = Object.entries(properties).map(([name, value]) => {
    const note = value.description ? `  // ${value.description}` : ''
    return `${inner}${name}${required.includes(name) ? '' : '?'}: ${toType(value, inner)}${note}`
  })
  return `{\n${lines.join('\n')}\n${indent}}`
}

/** A schema by its name where it has one, else spelled out. */
function toShape(schema) {
  const json = toJson(schema)
  const name = shared.get(schema)?.id
  if (!name) return fence(toType(json))
  if (!used.has(name)) used.set(name, json)
  return ` [${name}](#${name.toLowerCase()})`
}

const isSpelledOut = (json) => toType(json).includes('\n')

const fence = (text) => `\n\n\`\`\`ts\n${text}\n\`\`\``

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

function toVerb(command, names) {
  const verb = names.join(' ')
  const help = command.createHelp()
  const shown = command.options.filter((option) => !option.hidden)
  const rows = [
    ...command.registeredArguments.map((argument) => [help.argumentTerm(argument), help.argumentDescription(argument)]),
    ...shown.map((option) => [option.flags, help.optionDescription(option)]),
  ]
  const words = command.registeredArguments.map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`))
  const required = shown.filter((option) => option.mandatory).map((option) => option.flags)
  const synopsis = ['reef', verb, ...words, ...required, ...(shown.length > required.length ? ['[options]'] : [])].join(' ')
  const summary = command.description()
  const sentence = `${summary[0].toUpperCase()}${summary.slice(1)}.`
  const table = rows.length > 0 ? `\n\n| | |\n|---|---|\n${rows.map(([term, words]) => `| \`${cell(term)}\` | ${cell(words)} |`).join('\n')}` : ''
  const wait = waitShapes[verb] ? `\n\nWith \`--wait --json\`:${toShape(waitShapes[verb])}` : ''
  return `### reef ${verb}\n\n${sentence}\n\n\`\`\`\n${synopsis}\n\`\`\`${table}\n\nJSON:${toShape(shapes[verb])}${wait}`
}

const head = `# The command line

<!-- Made by scripts/cli-docs.mjs from the command tree and the contract. Do not edit. -->

\`reef\` speaks the same contract as every other face, to the engine that runs on a data directory.

Every verb takes \`--data-dir DIR\` (else \`REEF_DATA_DIR\`, else \`$XDG_DATA_HOME/reef\`, else \`~/.local/share/reef\`) and \`--json\`.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | failed or refused |
| 2 | the command itself is wrong: an unknown verb or flag, an argument or file that is not valid |
| 3 | no engine runs on the data directory |

With \`--json\` exactly one document is printed on standard output, except for \`session log --follow\`, which prints one a line. What is refused or fails prints \`ErrorReport\` and keeps its exit code. An answer of the engine is printed as it came, so its shape is the contract's. Money is in nanodollars, times are milliseconds since 1970 UTC.

An id may be given in full or by its end, as the tables show it; a task also by its key together with \`--plan\`.

\`--wait\` follows to the end: \`done\` (the plan is done), \`failed\`, \`cancelled\`, \`stuck\` (something failed and nothing else can move), or \`planned\` (\`--review\`). It exits 0 only when the plan is done, every task is done with evidence, the product's endpoint, where there is one, answers below 500, and the audit record is whole; with \`--review\` when the plan has been made. When no engine runs on the data directory, it starts a headless one and stops it afterwards. On a terminal it asks about approvals; elsewhere it prints the command for it and waits.

| environment | meaning |
|---|---|
| \`REEF_DATA_DIR\` | the data directory when \`--data-dir\` is not given |
| \`REEF_PROVIDER_KEY\` | the key for \`provider add\`, \`key set\` and \`key rotate\`; otherwise it is read from standard input, never from an argument |
| \`NO_COLOR\` | no colour, even on a terminal |
`

async function render() {
  const program = await createProgram({ version: '', run: () => async () => {}, texts: { writeOut: () => {}, writeErr: () => {} }, wanted: () => true })
  const verbs = program.commands.flatMap((noun) =>
    noun.commands.length > 0 ? noun.commands.map((verb) => toVerb(verb, [noun.name(), verb.name()])) : [toVerb(noun, [noun.name()])],
  )
  toShape(ErrorReport)
  toJson(contract.PlanFile, 'input')
  const sorted = [...used].sort(([one], [other]) => (one < other ? -1 : 1))
  const plain = sorted.filter(([, json]) => !isSpelledOut(json)).map(([name, json]) => `| ${name} | ${cell(toType(json))} |`)
  const spelled = sorted.filter(([, json]) => isSpelledOut(json)).map(([name, json]) => `### ${name}${fence(toType(json))}`)
  const shapesHead = '`PlanFile` is what `submit --plan` reads; the others are printed. A field with `?` may be left out.'
  return `${head}\n## Verbs\n\n${verbs.join('\n\n')}\n\n## Shapes\n\n${shapesHead}\n\n| name | is |\n|---|---|\n${plain.join('\n')}\n\n${spelled.join('\n\n')}\n`
}

const page = await render()
if (!process.argv.includes('--check')) {
  writeFileSync(file, page)
} else if (page !== readFileSync(file, { encoding: 'utf8', flag: 'a+' })) {
  process.stderr.write('docs/cli.md is out of date: run "node scripts/cli-docs.mjs".\n')
  process.exit(1)
}
