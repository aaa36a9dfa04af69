/**
 * Masks known secret values in text that will be kept or shown. Everything that is written for people to read later goes
 * through one redactor, so a key that an agent prints reaches no record, no log and no screen.
 */
export type Redact = (text: string) => string

export function createRedactor(): { redact: Redact; add(secret: string): void } {
  const secrets = new Set<string>()
  return {
    /** Values under eight characters are not masked: they would hide ordinary words. */
    add(secret) {
      if (secret.length >= 8) secrets.add(secret)
    },
    redact(text) {
      let out = text
      for (const secret of secrets) if (out.includes(secret)) out = out.replaceAll(secret, '•••redacted•••')
      return out
    },
  }
}
