import { useSyncExternalStore } from 'react'

/** An agent's file as it is being written, and the version it began from. */
export type FileDraft = { readonly text: string; readonly base: string; readonly startedAt: number }

const drafts = new Map<string, FileDraft>()
const listeners = new Set<() => void>()
let names: readonly string[] = []

/** Keeps what was typed while the owner looks elsewhere in REEF; undefined drops it. A page that holds drafts asks before it closes. */
export function keepDraft(name: string, draft: FileDraft | undefined): void {
  if (draft) drafts.set(name, draft)
  else drafts.delete(name)
  names = [...drafts.keys()].sort()
  window.onbeforeunload = drafts.size > 0 ? (event) => event.preventDefault() : null
  for (const listener of listeners) listener()
}

const listen = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useDraft = (name: string): FileDraft | undefined => useSyncExternalStore(listen, () => drafts.get(name))

/** Agents whose file is written and not saved. */
export const useDraftNames = (): readonly string[] => useSyncExternalStore(listen, () => names)
