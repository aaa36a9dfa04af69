// Checks who imports whom (.dependency-cruiser.cjs). dependency-cruiser reads TypeScript only through the JavaScript API
// of TypeScript 6 and older, which 7 no longer has; so it gets, for every source file, a file of the same name with nothing
// but its imports, types included.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join, resolve } from 'node:path'
import { cruise } from 'dependency-cruiser'
import { parseSync } from 'vite'

const repository = join(import.meta.dirname, '..')
// Another tree of the same shape can be named: the test of the rules themselves does so.
const root = resolve(process.argv[2] ?? repository)
const { forbidden, options } = createRequire(import.meta.url)(join(repository, '.dependency-cruiser.cjs'))
const SUFFIX = '.js'

/** Every module that a source file names, in whatever way. */
function findImports(file, text) {
  if (/\.css$/.test(file)) return [...text.matchAll(/@import\s+(?:url\()?['"]([^'"]+)/g)].map((match) => match[1])
  if (!/\.[cm]?[jt]sx?$/.test(file)) return []
  const { module, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`)
  return [
    ...module.staticImports.map((entry) => entry.moduleRequest.value),
    ...module.staticExports.flatMap((entry) => entry.entries.flatMap((one) => one.moduleRequest?.value ?? [])),
    ...[...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)].map((match) => match[1]),
  ]
}

function copyImports(folder, into) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const imports = findImports(file, readFileSync(file, 'utf8')).map((name) => name.replace(/\?.*$/, ''))
    const target = join(into, file.slice(root.length + 1) + SUFFIX)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, imports.map((name) => `import ${JSON.stringify(/^\.\.?\//.test(name) && extname(name) ? name + SUFFIX : name)}\n`).join(''))
  }
}

mkdirSync(join(repository, '.cache'), { recursive: true })
// Inside the repository, so that packages are found.
const copy = mkdtempSync(join(repository, '.cache', 'cruise-'))
try {
  copyImports('src', copy)
  // The rules name real files; the copies carry one more suffix.
  const rules = JSON.parse(JSON.stringify(forbidden).replaceAll('$"', '(?:\\\\.js)?$"'))
  const { output } = await cruise(['src'], { ...options, baseDir: copy, validate: true, ruleSet: { forbidden: rules } })
  const real = (path) => path.replace(/^(src\/.*)\.js$/, '$1')
  for (const { rule, from, to, cycle } of output.summary.violations)
    console.log(`${rule.name}: ${real(from)} → ${cycle ? cycle.map((step) => real(step.name)).join(' → ') : real(to)}`)
  const why = new Map(forbidden.flatMap((rule) => (rule.comment ? [[rule.name, rule.comment]] : [])))
  for (const name of new Set(output.summary.violations.map((violation) => violation.rule.name))) if (why.has(name)) console.log(`  ${name}: ${why.get(name)}`)
  console.log(`${output.summary.violations.length} violations; ${output.summary.totalCruised} modules, ${output.summary.totalDependenciesCruised} dependencies`)
  process.exitCode = output.summary.violations.length > 0 ? 1 : 0
} finally {
  rmSync(copy, { recursive: true, force: true })
}
