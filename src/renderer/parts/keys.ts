import { useEffect, useRef } from 'react'

type Act = (event: KeyboardEvent) => void
/** Key names as they are pressed: `a`, `shift+j`, `ctrl+k`, `escape`, `?`, or two in a row: `g o`. */
export type Bindings = Readonly<Record<string, Act>>
type Layer = { readonly current: Bindings; readonly inDialogs: boolean }

const CHORD_MS = 1500
const layers: Layer[] = []
let chord: { first: string; until: number } | undefined
let singleKeys = true

/** The owner may switch keys without Ctrl off (U-18). */
export function allowSingleKeys(allowed: boolean): void {
  singleKeys = allowed
}

/** The name of a pressed key as bindings write it, e.g. `ctrl+shift+p`. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  const key = event.key.toLowerCase()
  // Shift is part of the character for signs: `?` is written `?`, not `shift+/`.
  const shift = event.shiftKey && (key.length > 1 || /\p{L}/u.test(key))
  return `${event.ctrlKey || event.metaKey ? 'ctrl+' : ''}${event.altKey ? 'alt+' : ''}${shift ? 'shift+' : ''}${key}`
}

/** Where typing means text, keys mean text: fields, terminals, anything editable. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest('input, textarea, select, .xterm') !== null)
}

/** What Enter and the space bar press by themselves when it has the focus. */
const isPressable = (target: EventTarget | null) => target instanceof HTMLElement && target.closest('button, a[href], summary, [role=row]') !== null

function press(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const name = keyName(event)
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey
  if (plain && name !== 'escape' && (isTyping(event.target) || !singleKeys)) return
  if ((name === 'enter' || name === ' ') && isPressable(event.target)) return
  const dialog = document.querySelector('[role=dialog], [role=alertdialog], [role=menu]') !== null
  const reachable = layers.filter((layer) => !dialog || layer.inDialogs).toReversed()
  const now = Date.now()
  const names = chord && chord.until > now ? [`${chord.first} ${name}`] : [name]
  const wasChord = names[0] !== name
  chord = undefined
  for (const wanted of names)
    for (const layer of reachable) {
      const act = layer.current[wanted]
      if (!act) continue
      event.preventDefault()
      act(event)
      return
    }
  if (!wasChord && reachable.some((layer) => Object.keys(layer.current).some((key) => key.startsWith(`${name} `)))) {
    chord = { first: name, until: now + CHORD_MS }
    event.preventDefault()
  }
}

/**
 * Binds keys while the component is there. The latest binder of a key wins. Inert while text is typed and, unless `inDialogs`, while a dialog is
 * open; keys without Ctrl are inert when the owner switched them off.
 */
export function useKeys(bindings: Bindings, { inDialogs = false }: { inDialogs?: boolean } = {}): void {
  const latest = useRef(bindings)
  useEffect(() => {
    latest.current = bindings
  })
  useEffect(() => {
    const layer: Layer = {
      get current() {
        return latest.current
      },
      inDialogs,
    }
    if (layers.length === 0) window.addEventListener('keydown', press)
    layers.push(layer)
    return () => {
      layers.splice(layers.indexOf(layer), 1)
      if (layers.length === 0) window.removeEventListener('keydown', press)
    }
  }, [inDialogs])
}
