import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isAppUrl, isOutwardLink, resolveAsset, securityHeaders } from './security.ts'

let folder: string
let root: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reef-security-'))
  root = join(folder, 'renderer')
  mkdirSync(join(root, 'assets'), { recursive: true })
  writeFileSync(join(root, 'index.html'), '<title>REEF</title>')
  writeFileSync(join(root, 'assets', 'index-1.js'), '')
  writeFileSync(join(folder, 'secret.txt'), 'no')
  symlinkSync(join(folder, 'secret.txt'), join(root, 'link.txt'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('the resolver', () => {
  test.each(['/', '/index.html', '/task/task_1', '/plan?x=1'])('answers the page for %s', (path) => {
    expect(resolveAsset(root, path)).toEqual({ file: join(root, 'index.html'), type: 'text/html; charset=utf-8' })
  })

  test('answers a built file with its type', () => {
    expect(resolveAsset(root, '/assets/index-1.js')).toEqual({ file: join(root, 'assets', 'index-1.js'), type: 'text/javascript; charset=utf-8' })
  })

  test.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets\\..\\..\\secret.txt',
    '/%00.txt',
    '/%zz',
    '/link.txt',
    '/missing.js',
    '/.env',
    '/assets/x.exe',
  ])('refuses %s', (path) => {
    expect(resolveAsset(root, path)).toBeUndefined()
  })
})

test('every answer carries a policy without inline scripts, frames or foreign hosts', () => {
  for (const kind of ['page', 'asset'] as const) {
    const policy = securityHeaders(kind)['Content-Security-Policy'] ?? ''
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe-eval|https?:|\*/)
  }
})

test('only the app itself is the app', () => {
  expect(['app://reef/', 'app://reef/task/1', 'app://reef.evil/', 'https://reef/', 'app:reef', ''].map(isAppUrl)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ])
})

test('only https and a product on this machine leave the window', () => {
  expect(['https://example.com', 'http://127.0.0.1:4100/health', 'http://localhost:4100'].map(isOutwardLink)).toEqual([true, true, true])
  const refused = [
    'http://example.com',
    'http://127.0.0.1.example.com',
    'http://localhost@example.com',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'reef://task/1',
    'x',
  ]
  expect(refused.filter(isOutwardLink)).toEqual([])
})
