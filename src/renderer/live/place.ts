import { useSyncExternalStore } from 'react'

export const screenNames = ['overview', 'plans', 'inbox', 'sessions', 'spend', 'agents', 'rules', 'channels', 'audit', 'settings', 'parts'] as const
export type ScreenName = (typeof screenNames)[number]
export type Query = Readonly<Record<string, string>>
export type Place = { readonly screen: ScreenName; readonly params: readonly string[]; readonly query: Query }

/** Links from outside name a thing (`reef://approval/…`); each kind is shown on one screen (U-25). */
const thingScreens: Readonly<Record<string, ScreenName>> = {
  plan: 'plans',
  approval: 'inbox',
  session: 'sessions',
  agent: 'agents',
  playbook: 'rules',
  channel: 'channels',
}

/** Reads `#/plans/plan_…/task_…` and `#/sessions/ses_…?at=…`; anything unknown is the overview. */
export function parsePlace(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#?\/?/, '').split('?', 2)
  const [name = '', ...params] = path.split('/').filter(Boolean).map(decoded)
  const screen = screenNames.find((known) => known === name || known === thingScreens[name])
  return screen ? { screen, params, query: Object.fromEntries(new URLSearchParams(search)) } : { screen: 'overview', params: [], query: {} }
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

/** The same link with what narrows the place: `withQuery(placeHref('sessions', id), { at })`. What is undefined is left out. */
export function withQuery(href: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const search = new URLSearchParams(Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]))).toString()
  return search === '' ? href : `${href}?${search}`
}

/** Goes there, with an entry in the history. */
export function goTo(screen: ScreenName, ...params: readonly (string | null | undefined)[]): void {
  location.hash = placeHref(screen, ...params)
}

/** Goes there in place of where we are: for what follows a selection, so that Back leaves the screen. */
export function replacePlace(screen: ScreenName, ...params: readonly (string | null | undefined)[]): void {
  replaceHref(placeHref(screen, ...params))
}

/** The same for a link that carries a query. */
export function replaceHref(href: string): void {
  history.replaceState(null, '', href)
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
