import { useEffect, useMemo, useRef, useState } from 'react'
import type { ApprovalView, Seen } from '../../../contract/index.ts'

/** `from` is when it last came into view; undefined while it is not. Epoch milliseconds. */
type Look = { ms: number; from: number | undefined; readonly previews: Set<number> }
type Looked = Pick<ApprovalView, 'id' | 'payloadHash'>
const KEEP = 500
const DAY = 86_400_000
/** For how long each request was in view on this page, and which of its previews. What changed has to be looked at again. */
const looks = new Map<string, Look>()

function lookAt({ id, payloadHash }: Looked): Look {
  const key = `${id} ${payloadHash}`
  const known = looks.get(key)
  if (known) return known
  const look: Look = { ms: 0, from: undefined, previews: new Set() }
  looks.set(key, look)
  const oldest = looks.keys().next().value
  if (looks.size > KEEP && oldest !== undefined) looks.delete(oldest)
  return look
}

const sinceOf = ({ from }: Look) => (from === undefined ? 0 : Date.now() - from)

/** What the owner has had before his eyes of a request; told to the engine with his decision (U-52). */
export function seenOf(approval: Looked): Seen {
  const look = lookAt(approval)
  return { ms: Math.min(DAY, Math.round(look.ms + sinceOf(look))), previews: look.previews.size }
}

export type Sight = {
  now(): Seen
  /** Milliseconds since the card last came into view; keys wait for it (U-18). */
  since(): number
  see(preview: number): void
}

/** Measures how long a request is before the owner's eyes, while `watching` and while the page is (U-52). `onSeen`: a preview was looked at first. */
export function useSight({ id, payloadHash }: ApprovalView, watching: boolean, onSeen?: () => void): Sight {
  const [, redraw] = useState(0)
  const latest = useRef(onSeen)
  useEffect(() => {
    latest.current = onSeen
  })
  useEffect(() => {
    if (!watching) return
    const look = lookAt({ id, payloadHash })
    const stop = () => {
      look.ms += sinceOf(look)
      look.from = undefined
    }
    const turn = () => {
      stop()
      if (document.visibilityState === 'visible') look.from = Date.now()
    }
    turn()
    document.addEventListener('visibilitychange', turn)
    return () => {
      stop()
      document.removeEventListener('visibilitychange', turn)
    }
  }, [id, payloadHash, watching])
  return useMemo(
    () => ({
      now: () => seenOf({ id, payloadHash }),
      since: () => sinceOf(lookAt({ id, payloadHash })),
      see: (preview) => {
        const { previews } = lookAt({ id, payloadHash })
        if (previews.has(preview)) return
        previews.add(preview)
        redraw((n) => n + 1)
        latest.current?.()
      },
    }),
    [id, payloadHash],
  )
}
