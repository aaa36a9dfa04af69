import { useEffect } from 'react'
import { createStore } from 'zustand/vanilla'
import { useClient } from './reef.ts'

const HERE = 'reef-last-here'
const LEFT = 'reef-left-at'
const TELL_MS = 30_000
/** Shorter than this is a cup of tea, not an absence. */
const AWAY_MS = 30 * 60_000
/** Of a browser that has not been here before. */
const UNKNOWN_MS = 8 * 3_600_000

/** When the owner left, once he is back, until he has put away what he missed; a reload does not lose it. Epoch milliseconds. */
export const absence = createStore<{ leftAt: number | undefined }>()(() => ({ leftAt: Number(localStorage.getItem(LEFT)) || undefined }))

export function putAway(): void {
  localStorage.removeItem(LEFT)
  absence.setState({ leftAt: undefined })
}

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
      const last = Number(localStorage.getItem(HERE)) || now - UNKNOWN_MS
      if (now - last > AWAY_MS) {
        localStorage.setItem(LEFT, String(last))
        absence.setState({ leftAt: last })
      }
      localStorage.setItem(HERE, String(now))
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
