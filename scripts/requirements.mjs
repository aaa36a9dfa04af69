// Which checks hold which requirement: every id of docs/requirements.txt with the tests and benches whose title names it.
// `--missing` lists only the ids that no check names. A title is a claim; whether the test deserves it is for its reader to judge.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseSync } from 'vite'

const root = join(import.meta.dirname, '..')
const ID = /\b(?:(R-\d{3})\s?[…–]\s?(R-\d{3})|R-\d{3}|C-\d{2}|U-\d{2,3}b?|[QEDGLS]\d{1,2})\b/g
const runners = new Set(['it', 'test', 'describe', 'suite'])

const pad = (n) => `R-${String(n).padStart(3, '0')}`

/** The ids in a title; `R-087…R-101` stands for all fifteen. */
function findIds(title) {
  return [...title.matchAll(ID)].flatMap(([id, from, to]) => {
    if (!from || !to) return [id]
    const first = Number(from.slice(2))
    return Array.from({ length: Number(to.slice(2)) - first + 1 }, (_, i) => pad(first + i))
  })
}

/** `it`, `it.each([…])`, `test.describe`, `it.each\`…\``: the name at the root of what is called. */
function rootName(node) {
  if (node?.type === 'Identifier') return node.name
  return node && rootName(node.object ?? node.callee ?? node.tag)
}

function toTitle(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node?.type === 'TemplateLiteral') return node.quasis.map((part) => part.value.cooked).join('…')
  return undefined
}

function* walk(node) {
  if (Array.isArray(node)) for (const item of node) yield* walk(item)
  else if (node && typeof node === 'object') {
    if (typeof node.type === 'string') yield node
    for (const [key, value] of Object.entries(node)) if (key !== 'parent' && value && typeof value === 'object') yield* walk(value)
  }
}

function findChecks(file) {
  const text = readFileSync(file, 'utf8')
  const at = (offset) => `${relative(root, file)}:${text.slice(0, offset).split('\n').length}`
  const found = []
  for (const node of walk(parseSync(file, text).program)) {
    if (node.type === 'CallExpression' && runners.has(rootName(node.callee))) {
      const title = toTitle(node.arguments[0])
      if (title) found.push({ ids: findIds(title), where: at(node.start), title })
    } else if (node.type === 'Property' && node.key?.name === 'id' && file.includes('/bench/')) {
      const id = toTitle(node.value)
      if (id) found.push({ ids: findIds(id), where: at(node.start), title: `bench ${id}` })
    }
  }
  return found
}

const list = (folder, pattern) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && pattern.test(entry.name) && !entry.parentPath.includes('node_modules'))
        .map((entry) => join(entry.parentPath, entry.name))
    : []

const known = readFileSync(join(root, 'docs', 'requirements.txt'), 'utf8')
  .split('\n')
  .filter((line) => line && !line.startsWith('#'))
  .map((line) => ({ id: line.split(' ')[0], words: line.slice(line.indexOf(' ') + 1) }))
const checks = [
  ...list('src', /\.test\.tsx?$/),
  ...list('test', /\.(test|e2e)\.tsx?$|\.conformance\.ts$/),
  ...list('test/conformance', /\.ts$/),
  ...list('bench', /\.ts$/),
].flatMap(findChecks)
const held = new Map(known.map(({ id }) => [id, []]))
for (const check of checks) for (const id of new Set(check.ids)) held.get(id)?.push(check)

const missingOnly = process.argv.includes('--missing')
for (const { id, words } of known) {
  const by = held.get(id) ?? []
  if (by.length > 0 && missingOnly) continue
  console.log(`${id.padEnd(6)} ${words}`)
  for (const { where, title } of by) console.log(`       ${where}  ${title}`)
}

const unknown = new Set(checks.flatMap((check) => check.ids).filter((id) => !held.has(id)))
if (unknown.size > 0) console.log(`\nNamed by a test but in no list: ${[...unknown].join(', ')}`)
const groups = [
  ['R', 'requirements'],
  ['C', 'contradictions'],
  ['U', 'UX'],
  ['', 'performance'],
]
console.log('')
for (const [letter, name] of groups) {
  const ids = known.filter(({ id }) => (letter ? id.startsWith(`${letter}-`) : !id.includes('-')))
  const count = ids.filter(({ id }) => (held.get(id) ?? []).length > 0).length
  console.log(`${name}: ${count} held by a check, ${ids.length - count} not`)
}
