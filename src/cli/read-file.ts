import { readFile } from 'node:fs/promises'
import { CliFailure } from './failure.ts'

/** A file named on the command line; - is standard input. */
export async function readTextFile(path: string): Promise<string> {
  if (path === '-') return readStandardInput()
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new CliFailure(2, { code: 'input/invalid', message: `${path} cannot be read (${code}).`, field: 'file' })
  }
}

async function readStandardInput(): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of process.stdin) pieces.push(Buffer.from(piece as Uint8Array))
  return Buffer.concat(pieces).toString('utf8')
}
