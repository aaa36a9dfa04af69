import { useSyncExternalStore } from 'react'

export const screenNames = ['overview', 'plans', 'inbox', 'sessions', 'spend', 'agents', 'audit', 'settings', 'parts'] as const
export type ScreenName = (typeof screenNames)[number]
export type Place = { readonly screen: ScreenName; readonly params: readonly string[] }

/** Links from outside name a thing (`reef://approval/…`); each kind is shown on one screen (U-25). */
const thingScreens: Readonly<Record<string, ScreenName>> = { plan: 'plans', approval: 'inbox', session: 'sessions', agent: 'agents' }

/** Reads `#/plans/plan_…/task_…`; anything unknown is the overview. */
export function parsePlace(hash: string): Place {
  const [name = '', ...params] = hash
    .replace(/^#?\/?/, '')
    .split('/')
    .filter(Boolean)
    .map(decoded)
  const screen = screenNames.find((known) => known === name || known === thingScreens[name])
  return screen ? { screen, params } : { screen: 'overview', params: [] }
}

function decoded(piece: string): string {
  try {
    return decodeURIComponent(piece)
  } catch {
    return piece
  }
}

/** The link to a place: `placeHref('plans', planId, taskId)`. */
export function placeHref(screen: ScreenName, ...params: readonly (string | null | undefined)[]): string {
  return `#/${[screen, ...params.filter((piece) => piece != null).map((piece) => encodeURIComponent(piece as string))].join('/')}`
}

/** Goes there, with an entry in the history. */
export function goTo(screen: ScreenName, ...params: readonly (string | null | undefined)[]): void {
  location.hash = placeHref(screen, ...params)
}

/** Goes there in place of where we are: for what follows a selection, so that Back leaves the screen. */
export function replacePlace(screen: ScreenName, ...params: readonly (string | null | undefined)[]): void {
  history.replaceState(null, '', placeHref(screen, ...params))
  window.dispatchEvent(new HashChangeEvent('hashchange'))
}

const listen = (listener: () => void) => {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}
let parsed: { hash: string; place: Place } | undefined
function present(): Place {
  if (parsed?.hash !== location.hash) parsed = { hash: location.hash, place: parsePlace(location.hash) }
  return parsed.place
}

export function usePlace(): Place {
  return useSyncExternalStore(listen, present)
}
