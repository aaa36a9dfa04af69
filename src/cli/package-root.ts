import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of REEF's package.json. The same answer from src/cli and from any chunk of dist, because it walks up instead of counting. */
export function findPackageRoot(moduleUrl: string = import.meta.url): string {
  for (let folder = dirname(fileURLToPath(moduleUrl)); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && readManifest(manifest).name === 'reef') return folder
    if (folder === dirname(folder)) throw new Error(`REEF's package.json was not found above ${fileURLToPath(moduleUrl)}.`)
  }
}

export const packageVersion = (): string => readManifest(join(findPackageRoot(), 'package.json')).version ?? '0.0.0'

const readManifest = (file: string): { name?: string; version?: string } => JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string }
