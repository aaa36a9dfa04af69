import type { LogChunk } from '../../../contract/index.ts'
import { toRefusal } from '../../live/refusal.ts'
import { createFeeder } from './feeder.ts'
import { type FollowState, followRecord } from './follower.ts'
import type { openXterm, Xterm } from './xterm.ts'

/** Of a long record only this much is read at first. UTF-16 units. */
const TAIL = 400_000

export type TerminalDeps = {
  readonly host: HTMLElement
  readonly open: typeof openXterm
  readonly record: (from: number, signal: AbortSignal) => Promise<AsyncIterable<LogChunk>>
  /** Length of the record when it is opened. */
  readonly bytes: number
  /** Where to begin, with its top in view and paused; without it the end of the record is followed. */
  readonly from: number | undefined
  readonly focused: boolean
  readonly screenReader: boolean
  readonly onReading: (
    change: Partial<{ readonly follow: FollowState; readonly paused: boolean; readonly below: number; readonly more: boolean; readonly cut: boolean }>,
  ) => void
  readonly onFind: () => void
  readonly onFound: (found: { readonly index: number; readonly count: number }) => void
  readonly onLink: (url: string) => void
}

/**
 * A terminal and the reading of its record. A terminal that cannot be seen reads nothing: it goes on from its offset when
 * it comes back, so no unit is lost and none is written for nobody (U-92, T2).
 */
export function createTerminalView(deps: TerminalDeps) {
  const { host, onReading } = deps
  const xterm: Xterm = deps.open(host, {
    onKey: press,
    onLink: deps.onLink,
    onFound: deps.onFound,
    screenReader: deps.screenReader,
  })
  let at = deps.from ?? Math.max(0, deps.bytes - TAIL)
  /** The first piece of a tail may begin inside an escape sequence: it begins to count at its first line. */
  let trim = deps.from === undefined && at > 0
  let paused = false
  let fresh = deps.from !== undefined
  let over = false
  let held = 0
  let wasBelow = 0
  let looking = 0
  let wentDown = false
  let lastBelow = 0
  let lastMore = false
  let lastKind: FollowState['kind'] = 'following'
  let seen = false
  let reading: AbortController | undefined
  let feeder = makeFeeder()
  onReading({ cut: at > 0 })
  if (deps.focused) {
    void xterm.drawByGpu()
    xterm.focus()
  }

  function makeFeeder() {
    return createFeeder({
      write: (text, done) =>
        xterm.write(text, () => {
          done()
          afterWrite()
        }),
      onHeld: ({ lines, more }) => {
        held = lines
        if (more !== lastMore) onReading({ more })
        lastMore = more
        tell()
      },
      setTimer: (call, ms) => setTimeout(call, ms),
      clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    })
  }
  function afterWrite(): void {
    if (fresh) {
      fresh = false
      xterm.toTop()
      pause()
    }
    if (paused) tell()
  }
  function tell(): void {
    const below = xterm.linesBelow() + held
    if (below !== lastBelow) onReading({ below })
    lastBelow = below
  }

  function follow(): void {
    if (reading || over || !seen) return
    const stop = new AbortController()
    reading = stop
    void followRecord({ open: deps.record, take, toRefusal, onState, pause: wait }, at, stop.signal).finally(() => {
      if (reading === stop) reading = undefined
    })
    async function take(text: string): Promise<void> {
      at += text.length
      await feeder.push(trim ? fromFirstLine(text) : text)
    }
    function onState(state: FollowState): void {
      if (stop.signal.aborted) return
      over = state.kind === 'ended'
      if (state.kind !== 'following' || lastKind !== 'following') onReading({ follow: state })
      lastKind = state.kind
    }
  }
  function fromFirstLine(text: string): string {
    const line = text.indexOf('\n')
    trim = line === -1
    return line === -1 ? '' : text.slice(line + 1)
  }
  function stopReading(): void {
    reading?.abort()
    reading = undefined
  }

  function pause(): void {
    if (paused) return
    paused = true
    feeder.pause()
    onReading({ paused })
    tell()
  }
  function followOn(): void {
    paused = false
    feeder.resume()
    xterm.toEnd()
    lastBelow = 0
    onReading({ paused, below: 0 })
    xterm.focus()
  }
  /** Away from the end means: let me read. Back at the end by the reader's own hand: the next piece, and when there is none, follow again. */
  function look(downwards: boolean): void {
    const below = xterm.linesBelow()
    const arrived = wasBelow > 0 && below === 0
    wasBelow = below
    if (below > 0) pause()
    else if (paused && (arrived || downwards) && !feeder.release()) followOn()
    if (paused) tell()
  }
  /** Once a frame: a flood scrolls by thousands of lines, and each of them is told of. */
  function lookSoon(downwards = false): void {
    wentDown ||= downwards
    if (looking !== 0) return
    looking = requestAnimationFrame(() => {
      looking = 0
      look(wentDown)
      wentDown = false
    })
  }

  function fromStart(): void {
    stopReading()
    feeder.close()
    // What was handed over already is read before the screen is emptied, or it would appear on the new one.
    xterm.write('', () => {
      xterm.reset()
      feeder = makeFeeder()
      at = 0
      trim = false
      over = false
      paused = false
      fresh = true
      lastBelow = 0
      onReading({ paused, below: 0, cut: false, more: false, follow: { kind: 'following' } })
      follow()
    })
  }

  function press(event: KeyboardEvent): boolean {
    const ctrl = event.ctrlKey || event.metaKey
    if (ctrl && event.key.toLowerCase() === 'f') deps.onFind()
    else if (ctrl && event.key.toLowerCase() === 'a') xterm.selectAll()
    else if (ctrl || event.altKey) return false
    else if (event.key === 'End') followOn()
    else if (event.key === ' ') paused ? followOn() : pause()
    else if (event.key === 'Home') xterm.toTop()
    else if (event.key === 'PageUp') xterm.scrollPages(-1)
    else if (event.key === 'PageDown') xterm.scrollPages(1)
    else if (event.key === 'ArrowUp') xterm.scrollLines(-1)
    else if (event.key === 'ArrowDown') xterm.scrollLines(1)
    else return false
    lookSoon(event.key === 'PageDown' || event.key === 'ArrowDown')
    return true
  }

  const resize = new ResizeObserver(() => xterm.fit())
  resize.observe(host)
  const visible = new IntersectionObserver((entries) => {
    seen = (entries.at(-1)?.isIntersecting ?? false) && !document.hidden
    if (seen) follow()
    else stopReading()
  })
  visible.observe(host)
  const onHidden = () => {
    if (document.hidden) {
      seen = false
      stopReading()
    } else {
      visible.unobserve(host)
      visible.observe(host)
    }
  }
  document.addEventListener('visibilitychange', onHidden)
  const onWheel = (event: WheelEvent) => lookSoon(event.deltaY > 0)
  host.addEventListener('wheel', onWheel, { passive: true })
  const onRelease = () => lookSoon()
  host.addEventListener('pointerup', onRelease)
  const scrolled = xterm.onScroll(onRelease)
  const themes = new MutationObserver(() => xterm.setTheme())
  themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const setTheme = () => xterm.setTheme()
  dark.addEventListener('change', setTheme)

  return {
    pause,
    followOn,
    fromStart,
    focus: () => xterm.focus(),
    find: xterm.find,
    findBack: xterm.findBack,
    stopFinding: xterm.stopFinding,
    setScreenReader: xterm.setScreenReader,
    dispose(): void {
      cancelAnimationFrame(looking)
      stopReading()
      feeder.close()
      resize.disconnect()
      visible.disconnect()
      themes.disconnect()
      dark.removeEventListener('change', setTheme)
      document.removeEventListener('visibilitychange', onHidden)
      host.removeEventListener('wheel', onWheel)
      host.removeEventListener('pointerup', onRelease)
      scrolled.dispose()
      xterm.dispose()
    },
  }
}
export type TerminalView = ReturnType<typeof createTerminalView>

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
