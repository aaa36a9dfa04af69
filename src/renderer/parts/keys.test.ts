import { expect, it } from 'vitest'
import { keyName } from './keys.ts'

const pressed = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) =>
  keyName({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held })

it('names a key as it is bound, whatever the keyboard needs to make its sign (U-17)', () => {
  expect([
    pressed('a'),
    pressed('A', { shiftKey: true }),
    pressed('?', { shiftKey: true }),
    pressed('P', { ctrlKey: true, shiftKey: true }),
    pressed('k', { metaKey: true }),
    pressed('Tab', { shiftKey: true }),
    pressed(',', {}),
    pressed('Escape'),
  ]).toEqual(['a', 'shift+a', '?', 'ctrl+shift+p', 'ctrl+k', 'shift+tab', ',', 'escape'])
})
