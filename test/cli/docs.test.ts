import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../src/cli/program.ts'
import { shapes } from '../../src/cli/shapes.ts'
import { node, root } from './command.ts'

describe('docs/cli.md', () => {
  it('is what the command tree and the contract say', () => {
    const { status, stderr } = spawnSync(node, [join(root, 'scripts', 'cli-docs.mjs'), '--check'], { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  it('has every verb, and every verb a shape', async () => {
    const program = await createProgram({
      version: '',
      run: () => async () => undefined,
      texts: { writeOut: () => undefined, writeErr: () => undefined },
      wanted: () => true,
    })
    const verbs = program.commands.flatMap((noun) =>
      noun.commands.length === 0 ? [noun.name()] : noun.commands.map((verb) => `${noun.name()} ${verb.name()}`),
    )
    const page = readFileSync(join(root, 'docs', 'cli.md'), 'utf8')
    expect(verbs.sort()).toEqual(Object.keys(shapes).sort())
    expect(verbs.filter((verb) => !page.includes(`\n### reef ${verb}\n`))).toEqual([])
  })
})
