// biome-ignore-all lint/suspicious/noControlCharactersInRegex: control characters are what this file is about

/** CSI, OSC/DCS/APC/PM/SOS strings, two-character escapes, and the 8-bit forms. */
const sequence = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]+[0-~]|\x1b[0-OQ-WYZ\\`-~]|\x9b[0-?]*[ -/]*[@-~]/g
const unfinished = /\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b\x9c]*\x1b?|[ -/]*)$/
/** Line feed and tab stay; direction overrides go, since they make text read as what it is not. */
const control = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Text that came from an agent or a program, made harmless to a terminal. */
export const stripControls = (text: string): string => text.replace(/\r\n/g, '\n').replace(sequence, '').replace(control, '')

/** Shows what is hidden instead of removing it: for anything the owner decides upon. */
export const showControls = (text: string): string =>
  text.replace(control, (character) => {
    const code = character.charCodeAt(0)
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })

/** A terminal record as plain text, piece by piece: a sequence cut by the end of a piece is held until the next. */
export function createStripper(): { take(piece: string): string; end(): string } {
  let held = ''
  return {
    take(piece) {
      const text = held + piece
      // A program that never closes its sequence must not hold the rest of the record back.
      const cut = unfinished.exec(text.slice(-8192))
      const at = cut ? text.length - cut[0].length : text.endsWith('\r') ? text.length - 1 : text.length
      held = text.slice(at)
      return stripControls(text.slice(0, at))
    },
    end() {
      const rest = held.replace(unfinished, '')
      held = ''
      return stripControls(rest)
    },
  }
}
