import { expect, it } from 'vitest'
import { parseDiff } from './diff-parse.ts'

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
