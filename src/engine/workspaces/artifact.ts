import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { lstat, mkdir, open, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { basename, extname, isAbsolute, join, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ReefError } from '../kernel/errors.ts'

export type Content = { readonly sha256: string; readonly bytes: number }

const mediaTypes: Readonly<Record<string, string>> = {
  '.md': 'text/markdown',
  '.txt': 'text/plain',
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.ts': 'text/typescript',
  '.tsx': 'text/typescript',
  '.json': 'application/json',
  '.yaml': 'application/yaml',
  '.yml': 'application/yaml',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.pdf': 'application/pdf',
}
export const toMediaType = (path: string): string => mediaTypes[extname(path).toLowerCase()] ?? 'application/octet-stream'

/**
 * The real path of a file that an agent declared. Anything that is not a plain file inside the folder is refused:
 * an absolute path, `..`, or a link that leads out.
 */
export async function resolveInside(folder: string, path: string): Promise<string> {
  const refuse = (why: string) => new ReefError('input/invalid', `${path} ${why}.`, { field: 'outputs' })
  if (isAbsolute(path) || path.split(/[\\/]/).includes('..') || path.includes('\0')) throw refuse('is not a path inside the project')
  const wanted = join(folder, path)
  if (!existsSync(wanted)) throw refuse('does not exist')
  const real = await realpath(wanted)
  if (!real.startsWith(`${await realpath(folder)}${sep}`)) throw refuse('leads out of the project')
  return real
}

/** Content by hash: written beside and renamed, so that a name in the folder always holds the whole of it. */
export function createContents(dataDir: string) {
  const folder = join(dataDir, 'artifacts')
  const pathOf = (sha256: string) => join(folder, basename(sha256))

  return {
    /** Copies a file in. Undefined when it is not a plain file. */
    async keepFile(path: string, scratch: string): Promise<Content | undefined> {
      if (!(await lstat(path)).isFile()) return undefined
      await mkdir(folder, { recursive: true })
      const temp = join(folder, `.${scratch}`)
      const hash = createHash('sha256')
      let bytes = 0
      try {
        await pipeline(
          createReadStream(path),
          async function* (chunks: AsyncIterable<Buffer>) {
            for await (const chunk of chunks) {
              hash.update(chunk)
              bytes += chunk.length
              yield chunk
            }
          },
          createWriteStream(temp),
        )
        const sha256 = hash.digest('hex')
        await rename(temp, pathOf(sha256))
        return { sha256, bytes }
      } finally {
        await rm(temp, { force: true })
      }
    },

    /** Keeps a text and answers its hash. */
    async keepText(text: string, scratch: string): Promise<string> {
      const sha256 = createHash('sha256').update(text).digest('hex')
      if (existsSync(pathOf(sha256))) return sha256
      await mkdir(folder, { recursive: true })
      const temp = join(folder, `.${scratch}`)
      await writeFile(temp, text)
      await rename(temp, pathOf(sha256))
      return sha256
    },

    /** The first `maxBytes` as text; null for what is not text or is gone. */
    async readText(sha256: string, maxBytes: number): Promise<{ text: string | null; truncated: boolean }> {
      if (!existsSync(pathOf(sha256))) return { text: null, truncated: false }
      const file = await open(pathOf(sha256))
      try {
        const { size } = await file.stat()
        const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, maxBytes)), 0, Math.min(size, maxBytes), 0)
        return { text: toText(buffer.subarray(0, bytesRead)), truncated: size > bytesRead }
      } finally {
        await file.close()
      }
    },
  }
}

/** Null for binary. A character that the cut split is dropped. */
function toText(bytes: Buffer): string | null {
  if (bytes.includes(0)) return null
  const text = new TextDecoder('utf-8', { fatal: false }).decode(bytes, { stream: true })
  return text.includes('\uFFFD') ? null : text
}
