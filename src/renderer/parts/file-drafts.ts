import { useSyncExternalStore } from 'react'

/** A file as it is being written, and the version it began from. */
export type FileDraft = { readonly text: string; readonly base: string; readonly startedAt: number }

export type FileDrafts = {
  /** Keeps what was typed while the owner looks elsewhere in REEF; undefined drops it. A page that holds drafts asks before it closes. */
  keep(name: string, draft: FileDraft | undefined): void
  useDraft(name: string): FileDraft | undefined
  /** Files that are written and not saved. */
  useNames(): readonly string[]
}

/** The unsaved files of one kind; made once for the life of the page. */
export function createFileDrafts(): FileDrafts {
  const drafts = new Map<string, FileDraft>()
  const listeners = new Set<() => void>()
  let names: readonly string[] = []
  const listen = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  // One listener for each kind: what one has saved must not let another's draft be lost.
  const guard = (event: BeforeUnloadEvent) => event.preventDefault()
  return {
    keep(name, draft) {
      if (draft) drafts.set(name, draft)
      else drafts.delete(name)
      names = [...drafts.keys()].sort()
      if (drafts.size > 0) window.addEventListener('beforeunload', guard)
      else window.removeEventListener('beforeunload', guard)
      for (const listener of listeners) listener()
    },
    useDraft: (name) => useSyncExternalStore(listen, () => drafts.get(name)),
    useNames: () => useSyncExternalStore(listen, () => names),
  }
}

/** Where a line stands in a text, for selecting it; the last line when there are fewer. Lines count from 1. */
export function spanOfLine(text: string, line: number): readonly [start: number, end: number] {
  const lines = text.split('\n')
  const wanted = Math.min(Math.max(1, line), lines.length)
  const start = lines.slice(0, wanted - 1).reduce((sum, one) => sum + one.length + 1, 0)
  return [start, start + (lines[wanted - 1]?.length ?? 0)]
}
