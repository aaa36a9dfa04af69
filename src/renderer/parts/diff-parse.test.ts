import { expect, it } from 'vitest'
import { byRisk, parseDiff } from './diff-parse.ts'

const text = `diff --git a/src/a.js b/src/a.js
index 111..222 100644
--- a/src/a.js
+++ b/src/a.js
@@ -1,3 +1,3 @@ function a()
 one
--- two
+++ deux
 three
diff --git a/logo.png b/logo.png
Binary files a/logo.png and b/logo.png differ
`

it('tells added from removed lines by the hunk, also when the line itself begins with dashes (U-43)', () => {
  expect(parseDiff(text)).toEqual([
    {
      path: 'src/a.js',
      added: 1,
      removed: 1,
      lines: [
        { kind: 'hunk', text: '@@ -1,3 +1,3 @@ function a()' },
        { kind: 'same', text: 'one' },
        { kind: 'removed', text: '-- two' },
        { kind: 'added', text: '++ deux' },
        { kind: 'same', text: 'three' },
      ],
    },
    { path: 'logo.png', added: 0, removed: 0, lines: [{ kind: 'note', text: 'Binary files a/logo.png and b/logo.png differ' }] },
  ])
})

it('shows text that is no diff as notes and loses none of it', () => {
  expect(parseDiff('no diff\nat all')).toEqual([
    {
      path: '',
      added: 0,
      removed: 0,
      lines: [
        { kind: 'note', text: 'no diff' },
        { kind: 'note', text: 'at all' },
      ],
    },
  ])
  expect(parseDiff('')).toEqual([])
})

it('names a file whose diff has no git header', () => {
  expect(parseDiff('--- a/x.txt\n+++ b/x.txt\n@@ -0,0 +1 @@\n+hello')).toMatchObject([{ path: 'x.txt', added: 1, removed: 0 }])
})

it('puts what can do most harm first, then what changes most (U-43)', () => {
  const file = (path: string, added: number) => ({ path, added, removed: 0, lines: [] })
  const files = [
    file('src/a.ts', 2),
    file('src/b.ts', 40),
    file('package.json', 1),
    file('.github/ci.yml', 1),
    file('migrations/0002-drop.sql', 1),
    file('src/auth.ts', 1),
  ]
  expect(byRisk(files).map((one) => one.path)).toEqual(['src/auth.ts', 'migrations/0002-drop.sql', '.github/ci.yml', 'package.json', 'src/b.ts', 'src/a.ts'])
})
