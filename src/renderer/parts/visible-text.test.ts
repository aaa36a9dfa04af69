import { expect, it } from 'vitest'
import { showHidden } from './visible-text.ts'

it('shows characters that hide or reorder what an agent wrote, and leaves the rest alone (U-26)', () => {
  expect(showHidden('rm \u202etxt.exe\u202c \u200bok\ufeff')).toBe('rm ⟨U+202E⟩txt.exe⟨U+202C⟩ ⟨U+200B⟩ok⟨U+FEFF⟩')
  expect(showHidden('\u001b[31mred')).toBe('⟨U+001B⟩[31mred')
  expect(showHidden('naïve\tcafé\nこんにちは 👍')).toBe('naïve\tcafé\nこんにちは 👍')
})
