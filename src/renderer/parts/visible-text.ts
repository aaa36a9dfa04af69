/** Control and format characters (bidirectional, zero-width, escape) make text look like something else. Line ends and tabs stay. */
const hiding = /(?![\t\n\r])[\p{Cc}\p{Cf}]/gu

/** Writes hiding characters as `⟨U+202E⟩`, so that what an agent wrote reads as what it is (U-26). */
export function showHidden(text: string): string {
  return text.replaceAll(hiding, (character) => `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`)
}
