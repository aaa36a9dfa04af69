type Row = readonly [kind: string, ...rest: readonly unknown[]]

/**
 * Structured clone as text, for the way between main and page. Refuses what Electron refuses (functions, symbols, promises) with its
 * sentence. One row for each value, so that cycles and shared references survive. Self-contained: its source also runs in the page.
 */
export function encodeClone(value: unknown): string {
  const rows: Row[] = []
  const seen = new Map<object, number>()
  const toBase64 = (bytes: Uint8Array) => {
    let text = ''
    for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
    return btoa(text)
  }
  const put = (one: unknown): number => {
    const known = typeof one === 'object' && one !== null ? seen.get(one) : undefined
    if (known !== undefined) return known
    const at = rows.push(['undefined']) - 1
    rows[at] = toRow(one, at)
    return at
  }
  const toRow = (one: unknown, at: number): Row => {
    if (one === undefined) return ['undefined']
    if (typeof one === 'bigint') return ['bigint', String(one)]
    if (typeof one === 'number' && (!Number.isFinite(one) || Object.is(one, -0))) return ['number', Object.is(one, -0) ? '-0' : String(one)]
    if (typeof one === 'function' || typeof one === 'symbol') throw new Error('An object could not be cloned.')
    if (typeof one !== 'object' || one === null) return ['plain', one]
    seen.set(one, at)
    const tag = Object.prototype.toString.call(one).slice(8, -1)
    if (Array.isArray(one)) return ['array', Array.from(one, put)]
    if (one instanceof Error) return ['error', one.name, one.message, one.stack]
    if (ArrayBuffer.isView(one)) return ['view', tag, toBase64(new Uint8Array(one.buffer, one.byteOffset, one.byteLength))]
    if (tag === 'ArrayBuffer') return ['buffer', toBase64(new Uint8Array(one as ArrayBuffer))]
    if (tag === 'Date') return ['date', (one as Date).getTime()]
    if (tag === 'Map') return ['map', Array.from(one as Map<unknown, unknown>, ([key, item]) => [put(key), put(item)])]
    if (tag === 'Set') return ['set', Array.from(one as Set<unknown>, put)]
    if (tag !== 'Object') throw new Error('An object could not be cloned.')
    return ['object', Object.entries(one).map(([key, item]) => [key, put(item)])]
  }
  put(value)
  return JSON.stringify(rows)
}

/** The other way. Self-contained too. */
export function decodeClone(text: string): unknown {
  const rows = JSON.parse(text) as Array<[string, ...unknown[]]>
  const made = new Map<number, unknown>()
  const toBytes = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const fill = <T>(at: number, container: T, add: (container: T) => void): T => {
    made.set(at, container)
    add(container)
    return container
  }
  const take = (at: number): unknown => {
    if (made.has(at)) return made.get(at)
    const one = toValue(at)
    made.set(at, one)
    return one
  }
  const toValue = (at: number): unknown => {
    const [kind, first, second, third] = rows[at] ?? ['undefined']
    if (kind === 'plain') return first
    if (kind === 'bigint') return BigInt(first as string)
    if (kind === 'number') return Number(first)
    if (kind === 'date') return new Date(first as number)
    if (kind === 'buffer') return toBytes(first as string).buffer
    if (kind === 'view') {
      const View = (globalThis as unknown as Record<string, new (buffer: ArrayBufferLike) => unknown>)[first as string]
      return View ? new View(toBytes(second as string).buffer) : undefined
    }
    if (kind === 'error') return Object.assign(new Error(second as string), { name: first, stack: third })
    if (kind === 'array') return fill(at, [] as unknown[], (list) => list.push(...(first as number[]).map(take)))
    if (kind === 'set') {
      return fill(at, new Set(), (set) => {
        for (const item of first as number[]) set.add(take(item))
      })
    }
    if (kind === 'map') {
      return fill(at, new Map(), (map) => {
        for (const [key, item] of first as Array<[number, number]>) map.set(take(key), take(item))
      })
    }
    if (kind === 'object') {
      return fill(at, {}, (object) => {
        const settings = { enumerable: true, writable: true, configurable: true }
        for (const [key, item] of first as Array<[string, number]>) Object.defineProperty(object, key, { ...settings, value: take(item) })
      })
    }
    return undefined
  }
  return take(0)
}
