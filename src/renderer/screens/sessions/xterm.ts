import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { type ITheme, Terminal } from '@xterm/xterm'
import '@xterm/xterm/css/xterm.css'

export type XtermDeps = {
  /** A link was pressed. It came from an agent: whoever is called shows where it leads and asks. */
  readonly onLink: (url: string) => void
  /** A key that means something here; true when it was taken. */
  readonly onKey: (event: KeyboardEvent) => boolean
  readonly onFound: (found: { readonly index: number; readonly count: number }) => void
  readonly screenReader: boolean
}

export type FindOptions = { readonly regex: boolean; readonly caseSensitive: boolean }

const SCROLLBACK = 10_000
/** OSC commands that act outside of the text: title, icon, clipboard, notices, the program's own (U-97). */
const swallowed = [0, 1, 2, 9, 52, 777, 1337]

/** Opens a terminal that can be read and not written to. The caller owns it and disposes of it. */
export function openXterm(host: HTMLElement, deps: XtermDeps) {
  const styles = getComputedStyle(host)
  const terminal = new Terminal({
    disableStdin: true,
    cursorInactiveStyle: 'none',
    cursorStyle: 'bar',
    scrollback: SCROLLBACK,
    minimumContrastRatio: 4.5,
    fontFamily: styles.fontFamily,
    fontSize: Number.parseFloat(styles.fontSize) || 12,
    lineHeight: 1.2,
    allowProposedApi: true,
    screenReaderMode: deps.screenReader,
    theme: readTheme(host),
    linkHandler: { activate: (_event, url) => isWeb(url) && deps.onLink(url), allowNonHttpProtocols: false },
  })
  const fit = new FitAddon()
  const search = new SearchAddon({ highlightLimit: 2000 })
  terminal.loadAddon(fit)
  terminal.loadAddon(search)
  terminal.loadAddon(new WebLinksAddon((_event, url) => isWeb(url) && deps.onLink(url)))
  for (const code of swallowed) terminal.parser.registerOscHandler(code, () => true)
  // Nothing is ever sent back, so every key but ours belongs to the page: Tab leaves the terminal (WCAG 2.1.2).
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.type === 'keydown' && deps.onKey(event)) event.preventDefault()
    return false
  })
  search.onDidChangeResults(({ resultIndex, resultCount }) => deps.onFound({ index: resultIndex, count: resultCount }))
  terminal.open(host)
  terminal.textarea?.setAttribute('aria-label', 'Terminal, read only')
  fit.fit()

  let lastOptions = ''
  const findWith = (direction: 'findNext' | 'findPrevious', text: string, options: FindOptions): boolean => {
    // The addon marks anew for another text only, not for the same text sought in another way.
    if (lastOptions !== JSON.stringify(options)) search.clearDecorations()
    lastOptions = JSON.stringify(options)
    try {
      return search[direction](text, { ...options, incremental: direction === 'findNext', decorations: toDecorations(terminal.options.theme ?? {}) })
    } catch (error) {
      // Half of a regular expression is typed before the other half.
      if (error instanceof SyntaxError) return false
      throw error
    }
  }
  const linesBelow = () => terminal.buffer.active.baseY - terminal.buffer.active.viewportY
  return {
    write: (text: string, done: () => void) => terminal.write(text, done),
    /** Empties it for a record that is read again from another place. */
    reset: () => terminal.reset(),
    fit: () => {
      if (host.clientWidth > 0 && host.clientHeight > 0) fit.fit()
    },
    focus: () => terminal.focus(),
    find: (text: string, options: FindOptions) => findWith('findNext', text, options),
    findBack: (text: string, options: FindOptions) => findWith('findPrevious', text, options),
    stopFinding: () => search.clearDecorations(),
    selection: () => terminal.getSelection(),
    selectAll: () => terminal.selectAll(),
    /** Lines between what is seen and the end of what was written. */
    linesBelow,
    toEnd: () => terminal.scrollToBottom(),
    toTop: () => terminal.scrollToTop(),
    scrollPages: (pages: number) => terminal.scrollPages(pages),
    scrollLines: (lines: number) => terminal.scrollLines(lines),
    onScroll: (call: () => void) => terminal.onScroll(call),
    setTheme: () => {
      terminal.options.theme = readTheme(host)
    },
    setScreenReader: (on: boolean) => {
      terminal.options.screenReaderMode = on
    },
    /** Draws by the graphics card where there is a real one; falls back by itself when the card is lost. */
    async drawByGpu(): Promise<void> {
      if (!hasGpu()) return
      const { WebglAddon } = await import('@xterm/addon-webgl')
      const webgl = new WebglAddon()
      webgl.onContextLoss(() => webgl.dispose())
      terminal.loadAddon(webgl)
    },
    dispose: () => terminal.dispose(),
  }
}
export type Xterm = ReturnType<typeof openXterm>

const isWeb = (url: string): boolean => /^https?:\/\//i.test(url)

let gpu: boolean | undefined
/** Drawing by a processor that plays a graphics card is several times slower than plain elements (measured). */
function hasGpu(): boolean {
  if (gpu !== undefined) return gpu
  const context = document.createElement('canvas').getContext('webgl2')
  const info = context?.getExtension('WEBGL_debug_renderer_info')
  const name = context && info ? String(context.getParameter(info.UNMASKED_RENDERER_WEBGL)) : ''
  context?.getExtension('WEBGL_lose_context')?.loseContext()
  gpu = name !== '' && !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(name)
  return gpu
}

const ansi = {
  black: '--line',
  red: '--state-alarm',
  green: '--state-ok',
  yellow: '--state-high',
  blue: '--info',
  magenta: '--series-4',
  cyan: '--series-1',
  white: '--text',
  brightBlack: '--muted',
  brightRed: '--state-alarm',
  brightGreen: '--state-ok',
  brightYellow: '--state-high',
  brightBlue: '--info',
  brightMagenta: '--series-4',
  brightCyan: '--series-1',
  brightWhite: '--text',
} as const satisfies Partial<Record<keyof ITheme, string>>

/** The terminal's colours from the page's tokens, as they stand in the present theme. */
function readTheme(host: HTMLElement): ITheme {
  const probe = host.ownerDocument.createElement('i')
  host.append(probe)
  const read = (token: string) => {
    probe.style.color = `var(${token})`
    return toHex(getComputedStyle(probe).color)
  }
  const theme: ITheme = {
    background: read('--sunken'),
    foreground: read('--text'),
    cursor: read('--muted'),
    selectionBackground: read('--info'),
    selectionForeground: read('--surface'),
    scrollbarSliderBackground: read('--line'),
    scrollbarSliderHoverBackground: read('--control'),
    scrollbarSliderActiveBackground: read('--control'),
    ...Object.fromEntries(Object.entries(ansi).map(([name, token]) => [name, read(token)])),
  }
  probe.remove()
  return theme
}

/** Search marks must be written with six digits; everything else may be. */
function toHex(colour: string): string {
  const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number)
  return `#${[r, g, b].map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`
}

function toDecorations(theme: ITheme) {
  const [plain, active] = [theme.scrollbarSliderHoverBackground ?? '', theme.yellow ?? '']
  return { matchBackground: plain, matchOverviewRuler: plain, activeMatchBackground: active, activeMatchColorOverviewRuler: active }
}
