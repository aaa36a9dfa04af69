import { lstatSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

export type AnsweredFile = { readonly path: string; readonly text: string }

/**
 * The files in a model's answer: fenced blocks whose opening line is ```file path=src/x.js. A block is closed by a fence of
 * the same length on a line of its own, so a longer fence can carry text that has fences in it.
 */
export function findFiles(answer: string): AnsweredFile[] {
  const files: AnsweredFile[] = []
  let open: { fence: string; path: string; lines: string[] } | undefined
  for (const line of answer.split(/\r?\n/)) {
    if (open && line.trim() === open.fence) {
      files.push({ path: open.path, text: open.lines.map((one) => `${one}\n`).join('') })
      open = undefined
    } else if (open) open.lines.push(line)
    else {
      const [, fence, path] = /^\s*(`{3,}|~{3,})file\s+path=["']?([^"'\s]+)["']?\s*$/.exec(line) ?? []
      if (fence && path) open = { fence, path, lines: [] }
    }
  }
  return files
}

/** What is written: the answer's files, or the whole answer when there are none and exactly one output is asked for. */
export function toFiles(answer: string, outputs: readonly string[]): AnsweredFile[] {
  const files = findFiles(answer)
  const only = outputs.length === 1 ? outputs[0] : undefined
  return files.length > 0 || only === undefined ? files : [{ path: only, text: `${answer.trim()}\n` }]
}

/** Writes one file below `root`. Throws a sentence for a path that leaves it, also by way of a symbolic link, and for anything in .git. */
export function writeInside(root: string, file: AnsweredFile): void {
  const base = realpathSync(root)
  const target = resolve(base, file.path)
  const inside = relative(base, target)
  if (isAbsolute(file.path) || inside === '' || inside === '..' || inside.startsWith(`..${sep}`))
    throw new Error(`the answer names ${file.path}, which is outside of the project`)
  if (inside.split(sep).some((part) => part.toLowerCase() === '.git')) throw new Error(`the answer names ${file.path}, which belongs to git`)
  let at = base
  for (const part of inside.split(sep)) {
    at = join(at, part)
    if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink())
      throw new Error(`the answer names ${file.path}, which goes through the symbolic link ${part}`)
  }
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, file.text)
}
