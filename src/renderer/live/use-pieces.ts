import { useRef, useState } from 'react'
import type { Refusal } from '../../contract/errors.ts'
import { RefusalError, toRefusal } from './refusal.ts'

type Piece<Cursor> = { readonly text: string; readonly next: Cursor | null }

export type Pieces = {
  /** Characters read so far; undefined while nothing is read. */
  readonly progress: number | undefined
  readonly refusal: Refusal | undefined
  /** Reads every page in its order. Undefined when it was stopped or refused. */
  read<Cursor extends string | number>(page: (after: Cursor | undefined) => Promise<Piece<Cursor>>): Promise<readonly string[] | undefined>
  stop(): void
}

/** A long text that comes page by page, so that a million rows pass through a small window. */
export function usePieces(): Pieces {
  const [progress, setProgress] = useState<number>()
  const [refusal, setRefusal] = useState<Refusal>()
  const running = useRef<AbortController>(undefined)
  return {
    progress,
    refusal,
    async read(page) {
      const abort = new AbortController()
      running.current = abort
      setRefusal(undefined)
      setProgress(0)
      try {
        const pieces = await readAll(page, abort.signal, setProgress)
        return abort.signal.aborted ? undefined : pieces
      } catch (error) {
        setRefusal(toRefusal(error))
        return undefined
      } finally {
        setProgress(undefined)
      }
    },
    stop: () => running.current?.abort(),
  }
}

/** Throws when a page comes a second time: that would never end. */
async function readAll<Cursor extends string | number>(
  page: (after: Cursor | undefined) => Promise<Piece<Cursor>>,
  signal: AbortSignal,
  onRead: (characters: number) => void,
): Promise<readonly string[]> {
  const pieces: string[] = []
  let characters = 0
  let after: Cursor | undefined
  while (!signal.aborted) {
    const { text, next } = await page(after)
    pieces.push(text)
    characters += text.length
    onRead(characters)
    if (next === null) break
    if (next === after) throw new RefusalError({ code: 'internal', message: 'The export does not move on.', remedy: 'Try again.' })
    after = next
  }
  return pieces
}
