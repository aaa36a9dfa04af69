import { useEffect } from 'react'
import { createStore } from 'zustand/vanilla'
import { useClient } from './reef.ts'

const KEY = 'reef-last-here'
const TELL_MS = 30_000
/** Shorter than this is a cup of tea, not an absence. */
const AWAY_MS = 30 * 60_000
/** Of a browser that has not been here before. */
const UNKNOWN_MS = 8 * 3_600_000

/** When the owner left, once he is back; undefined while nothing is to be told about it. Epoch milliseconds. */
export const absence = createStore<{ leftAt: number | undefined }>()(() => ({ leftAt: undefined }))

const signs = ['focus', 'keydown', 'pointerdown', 'pointermove', 'wheel'] as const

/** Tells the engine that the owner is at the desk, at most every 30 s: what can wait does not ring his phone then (U-60). */
export function usePresence(): void {
  const client = useClient()
  useEffect(() => {
    let told = 0
    const here = () => {
      const now = Date.now()
      if (now - told < TELL_MS) return
      told = now
      const last = Number(localStorage.getItem(KEY)) || now - UNKNOWN_MS
      if (now - last > AWAY_MS) absence.setState({ leftAt: last })
      localStorage.setItem(KEY, String(now))
      // Nothing hangs on it: the next sign of life tells it again.
      client.channel.present().catch(() => undefined)
    }
    if (document.hasFocus()) here()
    for (const sign of signs) window.addEventListener(sign, here, { passive: true })
    return () => {
      for (const sign of signs) window.removeEventListener(sign, here)
    }
  }, [client])
}
