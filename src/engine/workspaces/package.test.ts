import { expect, it } from 'vitest'
import { toAttemptBranch, toPlanBranch, toSlug } from './branch.ts'
import { toPackage } from './package.ts'
import { createSerial } from './serial.ts'

it('makes branch names of any title, short, safe and different for two plans (R-077)', () => {
  expect(['Build me a shop!', 'Ünïcode & ../.. tricks', '日本語', '-'.repeat(90), 'x'.repeat(90)].map((title) => toSlug(title))).toEqual([
    'build-me-a-shop',
    'unicode-tricks',
    'work',
    'work',
    'x'.repeat(40),
  ])
  expect(toPlanBranch('plan_01JD3W6Q2V8Y5N7R4T9XBCMHKZ', 'Tea')).toBe('reef/tea-bcmhkz')
  expect(toAttemptBranch('reef/tea-bcmhkz', 'T1', 2)).toBe('reef/attempt/tea-bcmhkz/T1-2')
})

it('reads what a package.json offers, and nothing from one that is broken (R-231)', () => {
  const text = (json: unknown) => JSON.stringify(json)
  expect(toPackage(text({ scripts: { test: 'vitest', start: '', lint: 3 }, devDependencies: { vitest: '1' } }))).toEqual({
    scripts: { test: 'vitest' },
    hasDependencies: true,
  })
  expect(toPackage(text({ scripts: { test: 'echo "Error: no test specified" && exit 1' }, dependencies: {} }))).toEqual({ scripts: {}, hasDependencies: false })
  expect(['', '{', '[]', 'null', '3'].map(toPackage)).toEqual([undefined, undefined, undefined, undefined, undefined])
  expect(toPackage(text({ scripts: 'x', dependencies: null }))).toEqual({ scripts: {}, hasDependencies: false })
})

it('runs acts on one key one after the other, past failures, and on two keys side by side (R-336)', async () => {
  const serial = createSerial()
  const log: string[] = []
  const act =
    (name: string, fails = false) =>
    async () => {
      log.push(`${name}+`)
      await Promise.resolve()
      log.push(`${name}-`)
      if (fails) throw new Error(name)
      return name
    }
  const all = await Promise.allSettled([serial('a', act('1', true)), serial('a', act('2')), serial('b', act('3'))])
  expect(all.map((one) => one.status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(log).toEqual(['1+', '3+', '1-', '3-', '2+', '2-'])
})
