import { readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { findMarkers, readDiff } from '../../workspaces/index.ts'
import { type Finding, hashText } from '../evidence.ts'
import { type GateInput, needsChange } from '../gate.ts'

const MAX_HASHED = 64 * 1024 * 1024

/** Each declared output: a file that exists inside the worktree and is not empty. */
export const checkFiles = (input: Pick<GateInput, 'cwd' | 'outputs'>): Promise<Finding[]> =>
  Promise.all(input.outputs.map((path) => checkFile(input.cwd, path)))

async function checkFile(cwd: string, path: string): Promise<Finding> {
  const finding = (verdict: Finding['verdict'], summary: string, hash = ''): Finding => ({ kind: 'file', name: path, verdict, summary, hash, durationMs: 0 })
  const real = await realpath(join(cwd, path)).catch(() => undefined)
  if (!real) return finding('failed', 'this file was asked for and does not exist')
  if (!real.startsWith(`${await realpath(cwd)}${sep}`)) return finding('failed', 'this file lies outside the project')
  const found = await stat(real)
  if (found.isDirectory()) return finding('passed', 'a folder', hashText(path))
  const { size } = found
  if (size === 0) return finding('failed', 'this file was asked for and is empty')
  return finding('passed', `${size} bytes`, size <= MAX_HASHED ? hashText(await readFile(real)) : `size:${size}`)
}

/** The commits of the attempt: there is a change where one is due, and no conflict was left standing in it. */
export async function checkChange(input: GateInput, outputsPassed: boolean): Promise<Finding[]> {
  const finding = (verdict: Finding['verdict'], summary: string, hash: string): Finding => ({
    kind: 'commit',
    name: 'change',
    verdict,
    summary,
    hash,
    durationMs: 0,
  })
  const place = { cwd: input.cwd }
  const { text, files, truncated } = await readDiff(place, input.baseSha, input.headSha, MAX_HASHED)
  if (files.length === 0) {
    const excused = !needsChange(input.kind) || (input.outputs.length > 0 && outputsPassed)
    return excused ? [] : [finding('failed', 'nothing was changed', hashText(''))]
  }
  const marked = await findMarkers(place, input.baseSha, input.headSha)
  const hash = hashText(truncated ? `${input.baseSha}..${input.headSha}` : text)
  if (marked.length > 0) return [finding('failed', `conflict markers are left in ${marked.slice(0, 5).join(', ')}`, hash)]
  return [
    finding('passed', `${files.length} ${files.length === 1 ? 'file' : 'files'} changed: ${files.slice(0, 8).join(', ')}${files.length > 8 ? ' …' : ''}`, hash),
  ]
}
