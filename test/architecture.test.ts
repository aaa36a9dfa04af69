import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  approvalStates,
  approvalWords,
  attemptStates,
  attemptWords,
  callStates,
  cascadeSteps,
  channelStates,
  channelWords,
  circuitStates,
  circuitWords,
  incomingStates,
  messageKinds,
  messageStates,
  messageWords,
  PlaybookOrigin,
  planStates,
  planWords,
  playbookStates,
  playbookWords,
  releaseStates,
  sessionStates,
  sessionWords,
  taskKinds,
  taskStates,
  taskWords,
  waitReasons,
  waitWords,
} from '../src/contract/index.ts'
import { levels, tableOwners } from '../src/engine/levels.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

function list(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes('node_modules/'))
}

const isTest = (file: string) => /\.test\.tsx?$/.test(file)
const sources = list('src')
const code = sources.filter((file) => /\.tsx?$/.test(file))
const ownCode = [...code, ...['bin', 'scripts', 'bench', 'test'].flatMap(list).filter((file) => /\.(ts|tsx|mjs|cjs)$/.test(file))]
const migrations = list('migrations').filter((file) => file.endsWith('.sql'))
/** As all migrations together leave it; a table that was made anew is quoted there. */
const schema = read('migrations/schema.sql')
  .replaceAll(/--.*$/gm, '')
  .replaceAll(/CREATE TABLE "(\w+)"/g, 'CREATE TABLE $1')

/** Comments say what the rules forbid, so they are cut; strings stay, because SQL lives in them. Lines keep their numbers. */
const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|(?<![:'"`\w])\/\/.*$/gm, (comment) => comment.replaceAll(/[^\n]/g, ' '))

/** `file:line  the line` for every match; what a failing rule prints. */
function find(files: readonly string[], pattern: RegExp, cut = withoutComments): string[] {
  return files.flatMap((file) =>
    cut(read(file))
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1}  ${line.trim().slice(0, 120)}`] : [])),
  )
}

describe('who imports whom', () => {
  const cruise = (tree?: string) => {
    try {
      return execFileSync(process.execPath, [join(root, 'scripts/cruise.mjs'), ...(tree ? [tree] : [])], { encoding: 'utf8' })
    } catch (error) {
      return String((error as { stdout?: string }).stdout ?? error)
    }
  }

  it('follows the levels, the doors and the borders between the faces', () => {
    expect(cruise()).toMatch(/^0 violations/)
  })

  it('is really checked: each rule catches its own mistake', () => {
    const tree = mkdtempSync(join(tmpdir(), 'reef-rules-'))
    const files: Record<string, string> = {
      'engine/kernel/clock.ts': '',
      'engine/ledger/index.ts': '',
      'engine/ledger/ledger.ts': '',
      'engine/queue/queue.ts': '',
      'engine/queue/index.ts':
        "import '../ledger/index.ts'\nimport type { B } from '../dispatch/index.ts'\nimport 'electron'\nimport { now } from '../kernel/clock.ts'",
      'engine/dispatch/index.ts': "import type { A } from '../ledger/ledger.ts'",
      'engine/engine.ts': "import './queue/queue.ts'",
      'contract/index.ts': "import './b.ts'\nimport 'node:fs'\nimport 'pino'",
      'contract/b.ts': "import type { A } from './index.ts'",
      'cli/reef.ts': "const load = () => import('../engine/queue/index.ts')\nimport 'vitest'",
      'main/main.ts': "import '../engine/queue/index.ts'\nimport './gone.ts'",
      'preload/preload.ts': "import 'zod'",
      'renderer/screens/plan/plan.tsx': "import '../../../engine/queue/index.ts'\nimport '../inbox/inbox.tsx'\nimport '../../app/keys.ts'",
      'renderer/screens/inbox/inbox.tsx': '',
      'renderer/app/keys.ts': '',
      'renderer/parts/card.tsx': "import '../live/store.ts'",
      'renderer/live/store.ts': "import '../screens/inbox/inbox.tsx'",
    }
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, 'src', file)), { recursive: true })
      writeFileSync(join(tree, 'src', file), text)
    }
    const found = new Set(
      cruise(tree)
        .split('\n')
        .flatMap((line) => (line.includes(' → ') ? [line.slice(0, line.indexOf(':'))] : [])),
    )
    rmSync(tree, { recursive: true })
    expect([...found].sort()).toEqual([
      'cli-knows-the-contract-only',
      'contract-needs-zod-and-orpc-only',
      'electron-stays-in-the-shell',
      'level-4-has-no-siblings',
      'level-4-looks-down',
      'live-knows-no-view',
      'main-knows-engine-ts-and-the-contract',
      'no-cycles',
      'no-missing-files',
      'no-node-in-the-page',
      'no-test-code-in-the-product',
      'one-door',
      'one-door-from-outside',
      'parts-use-styles-only',
      'preload-loads-electron-only',
      'renderer-knows-the-contract-only',
      'screens-stand-alone',
      'screens-use-parts-and-live',
    ])
  })

  it('gives every folder of the engine a level', () => {
    const known = levels.flatMap((level) => level.modules)
    const folders = [...new Set(code.flatMap((file) => /^src\/engine\/([^/]+)\//.exec(file)?.[1] ?? []))]
    expect(folders.filter((folder) => !known.includes(folder))).toEqual([])
  })
})

describe('SQL', () => {
  const statement =
    /\b(SELECT\s+[\w\s*(),.$|{}:]+?\s+FROM\b|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|REPLACE\s+INTO\s|CREATE\s+(TABLE|INDEX|TRIGGER|VIEW)\b|ALTER\s+TABLE\b|DROP\s+(TABLE|INDEX)\b|PRAGMA\s)/

  it('stands in *.store.ts and in store/ only', () => {
    const elsewhere = code.filter((file) => !isTest(file) && !file.endsWith('.store.ts') && !file.startsWith('src/engine/store/'))
    expect(find(elsewhere, statement)).toEqual([])
  })

  it('writes a table from its owner’s folder only', () => {
    const strangers = code
      .filter((file) => !isTest(file) && (file.endsWith('.store.ts') || file.startsWith('src/engine/store/')))
      .flatMap((file) => {
        const folder = /^src\/engine\/([^/]+)\//.exec(file)?.[1] ?? ''
        const written = [
          ...withoutComments(read(file)).matchAll(/\b(?:(?:INSERT(?:\s+OR\s+\w+)?|REPLACE)\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)\s+([a-z_]+)\b/g),
        ]
        return written.flatMap(([, table = '']) =>
          table !== 'set' && tableOwners[table] !== folder ? [`${file} writes ${table} (owner: ${tableOwners[table] ?? 'none'})`] : [],
        )
      })
    expect(strangers).toEqual([])
  })

  it('gives every table an owner, and every owner a table', () => {
    const tables = [...schema.matchAll(/CREATE (?:VIRTUAL )?TABLE (?:IF NOT EXISTS )?(\w+)/g)].map((match) => match[1] ?? '')
    const owned = Object.keys(tableOwners).filter((table) => table !== 'migration')
    expect({ ownerless: tables.filter((table) => !(table in tableOwners)), gone: owned.filter((table) => !tables.includes(table)) }).toEqual({
      ownerless: [],
      gone: [],
    })
  })

  it('keeps tables strict and says first why a migration exists', () => {
    const loose = [...schema.matchAll(/CREATE TABLE (\w+) \(([\s\S]*?)\n\)([^;]*);/g)].flatMap(([, name = '', , end = '']) =>
      end.includes('STRICT') ? [] : [name],
    )
    const silent = migrations.filter((file) => !/^-- Why: \S/.test(read(file)))
    const numbers = migrations.map((file) => basename(file).slice(0, 4))
    expect({ loose, silent, twice: numbers.filter((number, i) => numbers.indexOf(number) !== i) }).toEqual({ loose: [], silent: [], twice: [] })
  })

  it('knows exactly the states that the contract knows', () => {
    const lists: Array<[table: string, column: string, values: readonly string[]]> = [
      ['task', 'state', taskStates],
      ['task', 'kind', taskKinds],
      ['task', 'wait_reason', waitReasons],
      ['attempt', 'state', attemptStates],
      ['attempt', 'step', cascadeSteps],
      ['plan', 'state', planStates],
      ['session', 'state', sessionStates],
      ['approval', 'state', approvalStates],
      ['playbook', 'state', playbookStates],
      ['playbook', 'origin', PlaybookOrigin.options],
      ['channel', 'state', channelStates],
      ['message_out', 'state', messageStates],
      ['message_out', 'kind', messageKinds],
      ['message_in', 'state', incomingStates],
      ['release', 'state', releaseStates],
      ['call', 'state', callStates],
    ]
    const different = lists.flatMap(([table, column, values]) => {
      const body = new RegExp(`CREATE TABLE ${table} \\(([\\s\\S]*?)\\n\\)`).exec(schema)?.[1]
      const check = body && new RegExp(`CHECK \\(${column} IN \\(([^)]*)\\)`).exec(body)?.[1]
      const inSql = check ? [...check.matchAll(/'([^']*)'/g)].map((match) => match[1]) : []
      return inSql.join() === values.join() ? [] : [{ table, column, inSql, inContract: values }]
    })
    expect(different).toEqual([])
  })
})

describe('words (U-04, U-82, U-115)', () => {
  it('every state has a glyph, a word and an attention, every wait reason has words', () => {
    const tables = {
      task: [taskStates, taskWords],
      attempt: [attemptStates, attemptWords],
      plan: [planStates, planWords],
      session: [sessionStates, sessionWords],
      approval: [approvalStates, approvalWords],
      playbook: [playbookStates, playbookWords],
      channel: [channelStates, channelWords],
      message: [messageStates, messageWords],
      circuit: [circuitStates, circuitWords],
    } as const
    const wrong = Object.entries(tables).flatMap(([name, [states, words]]) =>
      (states as readonly string[])
        .filter((state) => {
          const entry = (words as Record<string, { word: string; glyph: string; attention: string }>)[state]
          return !entry?.word || [...entry.glyph].length !== 1 || !['quiet', 'active', 'waiting', 'alarm'].includes(entry.attention)
        })
        .map((state) => `${name}.${state}`),
    )
    expect(wrong).toEqual([])
    expect(waitReasons.filter((reason) => !waitWords[reason])).toEqual([])
  })

  it('two states of one machine never share both word and glyph', () => {
    for (const words of [taskWords, attemptWords, planWords, sessionWords, approvalWords, circuitWords, playbookWords, channelWords, messageWords]) {
      const seen = Object.values(words).map(({ word, glyph }) => `${glyph} ${word}`)
      expect(new Set(seen).size).toBe(seen.length)
    }
  })
})

describe('files', () => {
  it('have at most 400 lines, tests at most 600', () => {
    const long = [...ownCode, ...sources.filter((file) => file.endsWith('.css'))].flatMap((file) => {
      const lines = read(file).trimEnd().split('\n').length
      return lines > (isTest(file) || file.startsWith('test/') ? 600 : 400) ? [`${file}: ${lines}`] : []
    })
    expect(long).toEqual([])
  })

  it('lie at most four folders below src', () => {
    expect(sources.filter((file) => file.split('/').length - 2 > 4)).toEqual([])
  })

  it('have names that say what is in them', () => {
    const empty = /(^|[/.-])(utils?|helpers?|common|misc|manager|service|base|stuff)([/.-]|$)/
    expect(ownCode.filter((file) => empty.test(file.replace('src/renderer/styles/base.css', '')))).toEqual([])
    expect(
      [...sources, ...list('bench'), ...list('scripts')].filter((file) => basename(file) !== basename(file).toLowerCase() && !file.endsWith('.md')),
    ).toEqual([])
  })

  it('have no default exports, no any, no enums and no leftovers', () => {
    expect(find(code, /^export default\b/)).toEqual([])
    expect(
      find(code, /(:\s*any\b|\bas any\b|<any\b|\bany\[\]|,\s*any>)/, (text) => withoutComments(text).replaceAll(/(['"`])(?:\\.|(?!\1).)*\1/g, '""')),
    ).toEqual([])
    expect(find(code, /^\s*(export )?(const )?(enum|namespace) \w/)).toEqual([])
    expect(
      find(
        ownCode.filter((file) => file !== 'test/architecture.test.ts'),
        /\b(TODO|FIXME|XXX|HACK)\b|@ts-ignore|@ts-expect-error|\b(it|test|describe)\.(only|skip)\(/,
        (text) => text,
      ),
    ).toEqual([])
  })
})

describe('looks', () => {
  const styled = sources.filter((file) => /^src\/renderer\/.*\.(css|tsx?)$/.test(file) && basename(file) !== 'tokens.css' && !isTest(file))
  const css = styled.filter((file) => file.endsWith('.css'))

  it('take every colour and font size from tokens.css', () => {
    expect(find(css, /#[0-9a-fA-F]{3,8}\b|\b(rgba?|hsla?|oklch|oklab|lab|lch)\(|:\s*(white|black|red|green|blue|gr[ae]y|orange|yellow)\b/)).toEqual([])
    expect(
      find(
        styled.filter((file) => file.endsWith('.tsx')),
        /['"`]#[0-9a-fA-F]{3,8}['"`]|\b(rgba?|hsla?)\(/,
      ),
    ).toEqual([])
    expect(find(css, /\bfont(-size)?:[^;]*\b\d+(\.\d+)?px/)).toEqual([])
    expect(find(styled, /\bfontSize:\s*['"`]?\d/)).toEqual([])
  })

  it('never force: no !important', () => {
    expect(
      find(
        sources.filter((file) => file.endsWith('.css')),
        /!\s*important/,
      ),
    ).toEqual([])
  })
})

/** `a/{b,c}/d` stands for two paths. */
function braces(path: string): string[] {
  const [, before = '', list = '', after = ''] = /^(.*?)\{([^}]*)\}(.*)$/.exec(path) ?? []
  return list ? list.split(',').flatMap((one) => braces(before + one + after)) : [path]
}

describe('documents', () => {
  const documents = ['README.md', 'AGENTS.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...list('docs').filter((file) => file.endsWith('.md'))].filter((file) =>
    existsSync(join(root, file)),
  )

  it('name only paths that exist', () => {
    const top = 'src|test|docs|scripts|bench|migrations|assets|bin'
    const gone = documents.flatMap((file) => {
      const text = read(file)
      const quoted = [...text.matchAll(new RegExp(`\`((?:${top})/[^\`\\s<>*|…]*)\``, 'g'))].flatMap((match) =>
        braces(match[1] ?? '').map((path) => join(root, path)),
      )
      const linked = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)\s#]+)/g)].map((match) => join(root, dirname(file), match[1] ?? ''))
      return [...quoted, ...linked].filter((path) => !existsSync(path)).map((path) => `${file} names ${relative(root, path)}`)
    })
    expect(gone).toEqual([])
  })

  it('decide every contradiction of the brief, and each one once', () => {
    const decided = documents
      .filter((file) => file.startsWith('docs/adr/'))
      .flatMap((file) => (/^Covers (.*?)\./m.exec(read(file))?.[1] ?? '').match(/C-\d\d/g) ?? [])
    const asked = read('docs/requirements.txt').match(/^C-\d\d/gm)
    expect(decided.sort()).toEqual(asked)
  })

  it('stay short: AGENTS.md 120 lines, a decision 40', () => {
    const lines = (file: string) => read(file).trimEnd().split('\n').length
    expect(documents.filter((file) => (file === 'AGENTS.md' && lines(file) > 120) || (file.startsWith('docs/adr/') && lines(file) > 40))).toEqual([])
  })

  it('and sources name no machine of ours', () => {
    const text = [...ownCode, ...documents, 'package.json', 'biome.json', 'knip.json'].filter(
      (file) => existsSync(join(root, file)) && statSync(join(root, file)).size < 500_000,
    )
    const word = new RegExp(['/wor', 'k/main\\b|/wor', 'k/shared|/ro', 'ot/\\w'].join(''))
    expect(find(text, word, (whole) => whole)).toEqual([])
  })
})
