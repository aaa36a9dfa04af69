// The levels are data: src/engine/levels.ts. This file only turns them into rules.
const { doorless, levels } = require('./src/engine/levels.ts')

const engine = (modules) => `^src/engine/(${modules.join('|')})/`
const tests = '\\.test\\.tsx?$'
const npm = '(^|/)node_modules/'
const withDoor = levels.flatMap((level) => level.modules).filter((name) => !doorless.includes(name))

/** A module imports from levels below its own; on its own level only itself, unless the level says otherwise. Tests may take real neighbours. */
const levelRules = levels.flatMap(({ level, modules, siblings }) => {
  const above = levels.filter((other) => other.level > level).flatMap((other) => other.modules)
  const up = {
    name: `level-${level}-looks-down`,
    severity: 'error',
    comment: 'Declare what you need as a narrow function type and let engine.ts hand it over.',
    from: { path: engine(modules), pathNot: tests },
    to: { path: [...(above.length > 0 ? [engine(above)] : []), '^src/engine/[^/]+\\.ts$', '^src/(main|preload|renderer|cli)/', '^(test|bench|scripts)/'] },
  }
  const beside = {
    name: `level-${level}-has-no-siblings`,
    severity: 'error',
    comment: 'Modules of one level do not know each other: declare a narrow function type, engine.ts hands it over.',
    from: { path: `^src/engine/(${modules.join('|')})/`, pathNot: tests },
    to: { path: engine(modules), pathNot: '^src/engine/$1/' },
  }
  return siblings || modules.length < 2 ? [up] : [up, beside]
})

const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from, pathNot: tests },
  to: { path: '^(src|test|bench|scripts)/', pathNot: [from, ...allowed] },
})
const contract = '^src/contract/'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...levelRules,
    {
      name: 'one-door',
      severity: 'error',
      comment: "A subsystem is entered through its index.ts; another folder's files are its own business.",
      from: { path: '^src/engine/([^/]+)/' },
      to: { path: `^src/engine/(${withDoor.join('|')})/`, pathNot: ['^src/engine/$1/', '^src/engine/[^/]+/index\\.ts$'] },
    },
    {
      name: 'one-door-from-outside',
      severity: 'error',
      comment: 'The engine is entered through engine.ts, and engine.ts enters subsystems through their index.ts.',
      from: { path: '^src/', pathNot: ['^src/engine/[^/]+/', tests] },
      to: { path: `^src/engine/(${withDoor.join('|')})/`, pathNot: '^src/engine/[^/]+/index\\.ts$' },
    },
    only('contract-knows-nobody', contract, [], 'Both sides import the contract, so it imports neither.'),
    only('cli-knows-the-contract-only', '^src/cli/', [contract], 'The command line is a face: it speaks the contract and starts the engine as a process.'),
    only('preload-knows-the-contract-only', '^src/preload/', [contract], 'The preload hands over one port and nothing else.'),
    only('renderer-knows-the-contract-only', '^src/renderer/', [contract], 'The page is a face: everything it knows came over the wire.'),
    only(
      'main-knows-engine-ts-and-the-contract',
      '^src/main/',
      [contract, '^src/engine/engine\\.ts$'],
      'The shells host the engine; they do not reach into it.',
    ),
    {
      name: 'screens-stand-alone',
      severity: 'error',
      comment: 'Screens do not import screens: what two share is a part.',
      from: { path: '^src/renderer/screens/([^/]+)/' },
      to: { path: '^src/renderer/screens/', pathNot: '^src/renderer/screens/$1/' },
    },
    {
      name: 'screens-use-parts-and-live',
      severity: 'error',
      from: { path: '^src/renderer/screens/' },
      to: { path: '^src/renderer/', pathNot: '^src/renderer/(screens|parts|live|styles)/' },
    },
    {
      name: 'parts-use-styles-only',
      severity: 'error',
      comment: 'A part shows what it is given; it does not know where it came from.',
      from: { path: '^src/renderer/parts/', pathNot: tests },
      to: { path: '^src/renderer/', pathNot: '^src/renderer/(parts|styles)/' },
    },
    { name: 'live-knows-no-view', severity: 'error', from: { path: '^src/renderer/live/' }, to: { path: '^src/renderer/', pathNot: '^src/renderer/live/' } },
    {
      name: 'electron-stays-in-the-shell',
      severity: 'error',
      comment: 'Everything else must run without Electron.',
      from: { path: '^src/', pathNot: '^src/(main|preload)/' },
      to: { path: `${npm}electron/` },
    },
    {
      name: 'preload-loads-electron-only',
      severity: 'error',
      comment: 'A sandboxed preload can load nothing else.',
      from: { path: '^src/preload/' },
      to: { path: npm, pathNot: `${npm}electron/` },
    },
    {
      name: 'contract-needs-zod-and-orpc-only',
      severity: 'error',
      from: { path: contract, pathNot: tests },
      to: { path: npm, pathNot: `${npm}(zod|@orpc/contract)/` },
    },
    {
      name: 'no-node-in-the-page',
      severity: 'error',
      comment: 'The renderer runs in a browser, the contract and the preload everywhere.',
      from: { path: '^src/(renderer|contract|preload)/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { path: [tests, '^test/', `${npm}(vitest|fast-check|@playwright|playwright|playwright-core|@axe-core)/`] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two files that need each other are one idea, or three.',
      from: { path: '^src/' },
      to: { circular: true },
    },
    { name: 'no-missing-files', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '\\?' } },
  ],
  options: {
    doNotFollow: { path: npm },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'require', 'types'] },
    skipAnalysisNotInRules: true,
    progress: { type: 'none' },
  },
}
