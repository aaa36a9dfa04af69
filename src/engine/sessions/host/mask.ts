export const MASKED = '•••redacted•••'

/** Keys of well-known providers, by their form. */
const forms = [
  // With a digit: without one it is a long word with dashes.
  /sk-(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{20,}/,
  /gh[pousr]_[A-Za-z0-9]{30,}/,
  /github_pat_[A-Za-z0-9_]{30,}/,
  /AKIA[0-9A-Z]{16}/,
  /AIza[A-Za-z0-9_-]{30,}/,
  /xox[abprs]-[A-Za-z0-9-]{20,}/,
]
const isWord = /[A-Za-z0-9_\-.+/=]/
/** A longer word than this is no key; its beginning may go. */
const LONGEST = 4096

export type Mask = {
  /** For text that is whole in itself. */
  readonly whole: (text: string) => string
  /** For a stream that may be cut anywhere: what is safe to write now comes back, the rest is held. */
  readonly push: (text: string) => string
  /** Gives out what is held, because nothing more is coming for a while; a key whose beginning was shown loses its end. */
  readonly flush: () => string
  readonly isHolding: () => boolean
}

/** Masks the given secrets and anything that looks like a provider's key before it reaches a disk or a screen. One mask per stream. */
export function createMask(secrets: readonly string[]): Mask {
  const known = secrets.filter((secret) => secret.length >= 8).map((secret) => secret.replaceAll(/[^A-Za-z0-9]/g, '\\$&'))
  const pattern = new RegExp([...known, `(?<![A-Za-z0-9])(?:${forms.map((form) => form.source).join('|')})`].join('|'), 'g')
  let held = ''
  /** So much of `held` is out already. */
  let shown = 0

  const emit = (end: number): string => {
    let out = ''
    let at = shown
    for (const match of held.slice(0, end).matchAll(pattern)) {
      const stop = match.index + match[0].length
      if (stop <= at) continue
      out += held.slice(at, Math.max(at, match.index)) + MASKED
      at = stop
    }
    out += held.slice(at, Math.max(at, end))
    return out
  }

  return {
    whole: (text) => text.replaceAll(pattern, MASKED),
    push(text) {
      held += text
      let cut = held.length
      while (cut > 0 && isWord.test(held[cut - 1] ?? '')) cut--
      if (held.length - cut > LONGEST) cut = held.length - LONGEST / 2
      const out = cut > shown ? emit(cut) : ''
      shown = Math.max(0, shown - cut)
      held = held.slice(cut)
      return out
    },
    flush() {
      const out = emit(held.length)
      shown = held.length
      return out
    },
    isHolding: () => held.length > shown,
  }
}
