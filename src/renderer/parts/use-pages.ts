import { useCallback, useEffect, useRef, useState } from 'react'
import { type createPaging, noPages, type Pages } from './pages.ts'

export type PagesView<Row> = Pages<Row> & {
  /** Nothing has been answered yet. */
  readonly loading: boolean
  /** What the last read threw; what was read before stays. */
  readonly problem: unknown
  readonly more: () => void
  readonly again: () => void
}

/**
 * Holds a long list that is read in pages. `read` gets the last row known, or undefined for the newest page; it must keep its identity until what
 * it reads changes, because another `read` starts over. A new `version` reads the newest page again and keeps the rest.
 */
export function usePages<Row, Key extends string | number>(
  paging: ReturnType<typeof createPaging<Row, Key>>,
  read: (after: Row | undefined) => Promise<readonly Row[]>,
  limit: number,
  version: unknown,
): PagesView<Row> {
  const [pages, setPages] = useState<Pages<Row>>(noPages)
  const [loading, setLoading] = useState(true)
  const [problem, setProblem] = useState<unknown>(undefined)
  const current = useRef(read)
  const older = useRef(false)

  const newest = useCallback(
    (over: 'known' | 'nothing') => {
      current.current = read
      return read(undefined).then(
        (page) => {
          if (current.current !== read) return
          setPages((known) => paging.addNewest(over === 'known' ? known : noPages, page, limit))
          setProblem(undefined)
          setLoading(false)
        },
        (error: unknown) => {
          if (current.current !== read) return
          setProblem(error)
          setLoading(false)
        },
      )
    },
    [paging, read, limit],
  )

  useEffect(() => {
    older.current = false
    setPages(noPages)
    setLoading(true)
    void newest('nothing')
  }, [newest])

  const seen = useRef(version)
  useEffect(() => {
    if (seen.current === version) return
    seen.current = version
    void newest('known')
  }, [version, newest])

  const { rows, complete } = pages
  const more = useCallback(() => {
    const last = rows.at(-1)
    if (complete || older.current || last === undefined) return
    older.current = true
    read(last)
      .then(
        (page) => {
          if (current.current === read) setPages((known) => (known.rows.at(-1) === last ? paging.addOlder(known, page, limit) : known))
        },
        (error: unknown) => {
          if (current.current === read) setProblem(error)
        },
      )
      .finally(() => {
        if (current.current === read) older.current = false
      })
  }, [rows, complete, paging, read, limit])

  const again = useCallback(() => {
    setProblem(undefined)
    void newest('known')
  }, [newest])

  return { rows, complete, loading, problem, more, again }
}
