import { createContext, type DependencyList, useCallback, useContext, useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import type { ReefEvent, Refusal } from '../../contract/index.ts'
import type { ReefClient } from './feed.ts'
import { toRefusal } from './refusal.ts'
import type { Facts, LiveState } from './state.ts'
import type { LiveStore } from './store.ts'

/** What the shell hands to every screen. */
export type Reef = { readonly store: LiveStore; readonly client: ReefClient }
export const ReefContext = createContext<Reef | undefined>(undefined)

function useHeld(): Reef {
  const reef = useContext(ReefContext)
  if (!reef) throw new Error('No ReefContext above this component.')
  return reef
}

/** The typed client. Inside components prefer `useCommand` for acts and `useAsk` for reads: they speak of refusals. */
export function useClient(): ReefClient {
  return useHeld().client
}

/** A piece of the facts, compared shallowly. Screens are only drawn once there are facts. */
export function useReef<Piece>(select: (facts: Facts) => Piece): Piece {
  const { store } = useHeld()
  return useStore(
    store,
    useShallow((state: LiveState) => {
      if (!state.facts) throw new Error('A screen was drawn before the first snapshot.')
      return select(state.facts)
    }),
  )
}

/** A piece of the whole live state, connection included. */
export function useLive<Piece>(select: (state: LiveState) => Piece): Piece {
  return useStore(useHeld().store, useShallow(select))
}

/** Calls `listener` with every event from now on, once each, after it is in the facts. */
export function useEvents(listener: (event: ReefEvent) => void): void {
  const { store } = useHeld()
  const latest = useRef(listener)
  useEffect(() => {
    latest.current = listener
  })
  useEffect(() => store.onEvent((event) => latest.current(event)), [store])
}

export type Command<Input, Output> = {
  /** Undefined when it was refused; the refusal is in `refusal`. Never rejects. */
  run(input: Input): Promise<Output | undefined>
  readonly pending: boolean
  readonly refusal: Refusal | undefined
  clear(): void
}

/** An act on the engine. `useCommand((client, id: PlanId) => client.plan.start({ id }))`. */
export function useCommand<Input = void, Output = unknown>(act: (client: ReefClient, input: Input) => Promise<Output>): Command<Input, Output> {
  const { client } = useHeld()
  const [pending, setPending] = useState(false)
  const [refusal, setRefusal] = useState<Refusal>()
  const latest = useRef(act)
  useEffect(() => {
    latest.current = act
  })
  const run = useCallback(
    async (input: Input) => {
      setPending(true)
      setRefusal(undefined)
      try {
        return await latest.current(client, input)
      } catch (error) {
        setRefusal(toRefusal(error))
        return undefined
      } finally {
        setPending(false)
      }
    },
    [client],
  )
  const clear = useCallback(() => setRefusal(undefined), [])
  return { run, pending, refusal, clear }
}

export type Answer<Data> = {
  /** The last good answer; it stays while a newer one is asked for or refused. */
  readonly data: Data | undefined
  /** When `data` came. */
  readonly at: number | undefined
  readonly loading: boolean
  readonly refusal: Refusal | undefined
  again(): void
}

/**
 * A read by request and answer, for what the feed does not carry. Asked when `deps` change (put a version from the feed there to keep it
 * fresh) and after every reconnection; answers that were overtaken are dropped. With new `deps` the old answer is forgotten only when
 * `keep` is false (the default keeps it on screen until the new one is there).
 */
export function useAsk<Data>(
  ask: (client: ReefClient, signal: AbortSignal) => Promise<Data>,
  deps: DependencyList,
  { keep = true }: { keep?: boolean } = {},
): Answer<Data> {
  const { client } = useHeld()
  const epoch = useLive((state) => state.epoch)
  const [turn, setTurn] = useState(0)
  const [answer, setAnswer] = useState<Omit<Answer<Data>, 'again'>>({ data: undefined, at: undefined, loading: true, refusal: undefined })
  const latest = useRef(ask)
  useEffect(() => {
    latest.current = ask
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller's list decides, as its name says.
  useEffect(() => {
    const stop = new AbortController()
    setAnswer((before) => (keep ? { ...before, loading: true } : { data: undefined, at: undefined, loading: true, refusal: undefined }))
    latest.current(client, stop.signal).then(
      (data) => {
        if (!stop.signal.aborted) setAnswer({ data, at: Date.now(), loading: false, refusal: undefined })
      },
      (error: unknown) => {
        if (!stop.signal.aborted) setAnswer((before) => ({ ...before, loading: false, refusal: toRefusal(error) }))
      },
    )
    return () => stop.abort()
  }, [client, epoch, turn, ...deps])
  const again = useCallback(() => setTurn((n) => n + 1), [])
  return { ...answer, again }
}
