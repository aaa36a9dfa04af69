import { expect, test } from 'vitest'
import { findOption, findPagePath, toPagePath } from './start-arguments.ts'

test('a deep link names a screen', () => {
  expect(toPagePath('reef://task/task_01H')).toBe('/task/task_01H')
  expect(toPagePath('reef://inbox/')).toBe('/inbox')
  expect(findPagePath(['electron', '--no-sandbox', '.', 'reef://spend'])).toBe('/spend')
})

test.each(['https://x', 'reef://', 'reef://task/../../x', 'reef://task/a?b=1', 'reef://task/<b>', 'reef://task/%2e%2e', 'javascript:reef://task'])(
  '%s is no link of ours',
  (link) => {
    expect(toPagePath(link)).toBeUndefined()
  },
)

test('an option is read in both spellings and the last one wins', () => {
  expect(findOption(['--port', '80', '--port=81'], 'port')).toBe('81')
  expect(findOption(['--data-dir=/x'], 'data-dir')).toBe('/x')
  expect(findOption(['--data-dirx=/x'], 'data-dir')).toBeUndefined()
})
