import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The folder that holds package.json, migrations/ and assets/. The same answer from src/ and from dist/,
 * because it walks up instead of counting folders.
 */
export function findPackageRoot(moduleUrl: string): string {
  let folder = dirname(fileURLToPath(moduleUrl))
  for (;;) {
    if (isReefManifest(join(folder, 'package.json'))) return folder
    const parent = dirname(folder)
    if (parent === folder) throw new Error(`REEF's package.json was not found above ${fileURLToPath(moduleUrl)}.`)
    folder = parent
  }
}

export const packageRoot: string = findPackageRoot(import.meta.url)

/**
 * The same folder as a plain Node process sees it. In the packaged app `packageRoot` lies inside app.asar,
 * which only Electron can read; whatever a child process must open is kept beside it.
 */
export const unpackedRoot: string = packageRoot.replace(/app\.asar$/, 'app.asar.unpacked')

/** The version in package.json, shown to the owner and sent with every notice of trouble. */
export const packageVersion: string = readManifest(join(packageRoot, 'package.json')).version ?? '0.0.0'

/**
 * A Node that may run the session host and the agents. Inside Electron `process.execPath` is the app
 * itself, so the bundled Node is taken there.
 */
export function nodeForChildren(): string {
  if (!process.versions['electron']) return process.execPath
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const bundled = join(unpackedRoot, 'node_modules', `node-${platform}-${process.arch}`, 'bin', name)
  return existsSync(bundled) ? bundled : name
}

function isReefManifest(file: string): boolean {
  return existsSync(file) && readManifest(file).name === 'reef'
}

function readManifest(file: string): { name?: string; version?: string } {
  return JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string }
}
