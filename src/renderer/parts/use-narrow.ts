import { useCallback, useSyncExternalStore } from 'react'

/** Whether the window is at most so many pixels wide; for what a style sheet cannot leave out, such as the columns of a table. */
export function useNarrow(pixels: number): boolean {
  const query = `(width <= ${pixels}px)`
  const subscribe = useCallback(
    (changed: () => void) => {
      const list = matchMedia(query)
      list.addEventListener('change', changed)
      return () => list.removeEventListener('change', changed)
    },
    [query],
  )
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches)
}
