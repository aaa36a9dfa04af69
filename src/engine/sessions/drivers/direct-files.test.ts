import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findFiles, toFiles, writeInside } from './direct-files.ts'

describe('files in an answer', () => {
  it('are fenced blocks that name their path; other fences are talk', () => {
    const answer =
      'First:\n```file path=src/a.js\nconst a = 1\n\nexport { a }\n```\nas in\n```js\nlet no\n```\n````file path="b.md"\n```\nfence in a fence\n```\n````\n'
    expect(findFiles(answer)).toEqual([
      { path: 'src/a.js', text: 'const a = 1\n\nexport { a }\n' },
      { path: 'b.md', text: '```\nfence in a fence\n```\n' },
    ])
  })

  it('are the whole answer when there are none and one output is asked for', () => {
    expect(toFiles('# Report\n\nFine.', ['report.md'])).toEqual([{ path: 'report.md', text: '# Report\n\nFine.\n' }])
    expect(toFiles('talk', ['a', 'b'])).toEqual([])
    expect(toFiles('talk', [])).toEqual([])
  })

  it('that are not closed are not written', () => {
    expect(findFiles('```file path=a\nhalf')).toEqual([])
  })
})

describe('writing a file of an answer', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'reef-answer-'))
    mkdirSync(join(root, 'project'))
    mkdirSync(join(root, 'outside'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('makes the folders it needs', () => {
    writeInside(join(root, 'project'), { path: 'src/deep/a.js', text: 'x' })
    expect(readFileSync(join(root, 'project/src/deep/a.js'), 'utf8')).toBe('x')
  })

  it.each(['../outside/a', '/etc/reef', 'src/../../outside/a', '', '.', '.git/hooks/pre-commit', 'sub/.GIT/config'])('refuses %j', (path) => {
    expect(() => writeInside(join(root, 'project'), { path, text: 'x' })).toThrow(/the answer names/)
  })

  it('goes through no symbolic link, neither a folder nor the file itself', () => {
    symlinkSync(join(root, 'outside'), join(root, 'project/link'))
    symlinkSync(join(root, 'outside/target'), join(root, 'project/file'))
    for (const path of ['link/a', 'file']) expect(() => writeInside(join(root, 'project'), { path, text: 'x' })).toThrow(/symbolic link/)
  })
})
