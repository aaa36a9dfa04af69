import { realpathSync } from 'node:fs'
import { dirname } from 'node:path'

/** What the engine needs to know of a project's package.json. */
export type Package = {
  readonly scripts: Readonly<Record<string, string>>
  /** True when something must be installed before a script can run. */
  readonly hasDependencies: boolean
}

/** npm's own placeholder, which fails on purpose: it is not a test. */
const PLACEHOLDER = /no test specified/

/** Undefined when it is not a package.json that anything could read. */
export function toPackage(text: string): Package | undefined {
  const json = parse(text)
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined
  const { scripts, dependencies, devDependencies, optionalDependencies } = json as Record<string, unknown>
  const entries = Object.entries(toRecord(scripts)).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].trim() !== '')
  return {
    scripts: Object.fromEntries(entries.filter(([, script]) => !PLACEHOLDER.test(script))),
    hasDependencies: [dependencies, devDependencies, optionalDependencies].some((group) => Object.keys(toRecord(group)).length > 0),
  }
}

/** Installs exactly what the lock file says; without one nothing is written that would count as a change. */
export const installArgv = (hasLockFile: boolean): [string, ...string[]] =>
  hasLockFile ? ['npm', 'ci', '--no-audit', '--no-fund'] : ['npm', 'install', '--no-package-lock', '--no-audit', '--no-fund']

/** How code that an agent wrote is kept from the owner's keys: what to run instead, and what to add to its environment. */
export type Cage = (
  argv: readonly [string, ...string[]],
  cwd: string,
) => Promise<{ argv: readonly [string, ...string[]]; env: Readonly<Record<string, string>> }>

/** What a project's own tools may see of the machine: where programs are, a home for their caches, and the way to the network. No key, no token. */
export function toToolEnvironment(nodePath: string): Record<string, string> {
  const passed = [
    'HOME',
    'USER',
    'TMPDIR',
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'SSL_CERT_FILE',
    'NODE_EXTRA_CA_CERTS',
    'npm_config_registry',
  ]
  return {
    ...Object.fromEntries(passed.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
    // Of the real file: the folder of a link may be full of other programs that a project must not find by accident.
    PATH: `${dirname(realpathSync(nodePath))}:${process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin'}`,
    LANG: 'C.UTF-8',
    CI: '1',
    NO_COLOR: '1',
  }
}

const toRecord = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {})

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // An agent's broken file is an answer, not an error of ours.
    return undefined
  }
}
