export type DiffLine = { readonly kind: 'same' | 'added' | 'removed' | 'hunk' | 'note'; readonly text: string }
export type DiffFile = { readonly path: string; readonly added: number; readonly removed: number; readonly lines: readonly DiffLine[] }

type OpenFile = { path: string; added: number; removed: number; lines: DiffLine[] }

/** Reads `git diff` output. Never throws: a line it does not know is a note, and text before the first file belongs to a file without a name. */
export function parseDiff(text: string): DiffFile[] {
  const files: OpenFile[] = []
  let file: OpenFile | undefined
  let left = 0
  let right = 0
  const open = (path: string) => {
    file = { path, added: 0, removed: 0, lines: [] }
    files.push(file)
    left = 0
    right = 0
  }
  for (const line of text.replace(/\n$/, '').split('\n')) {
    if (line.startsWith('diff --git ')) {
      open(/ b\/(.*)$/.exec(line)?.[1] ?? line.slice(11))
      continue
    }
    if (!file) {
      if (line === '') continue
      open('')
    }
    const into = file as unknown as OpenFile
    const inHunk = left > 0 || right > 0
    const hunk = inHunk ? null : /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line)
    if (hunk) {
      left = Number(hunk[1] ?? 1)
      right = Number(hunk[2] ?? 1)
      into.lines.push({ kind: 'hunk', text: line })
    } else if (inHunk && line.startsWith('+')) {
      right -= 1
      into.added += 1
      into.lines.push({ kind: 'added', text: line.slice(1) })
    } else if (inHunk && line.startsWith('-')) {
      left -= 1
      into.removed += 1
      into.lines.push({ kind: 'removed', text: line.slice(1) })
    } else if (inHunk && (line.startsWith(' ') || line === '')) {
      left -= 1
      right -= 1
      into.lines.push({ kind: 'same', text: line.slice(1) })
    } else if (/^(--- |\+\+\+ |index )/.test(line)) {
      if (into.path === '' && line.startsWith('+++ ')) into.path = line.slice(4).replace(/^b\//, '')
    } else {
      into.lines.push({ kind: 'note', text: line })
    }
  }
  return files
}

/** Where a line does more than it says: what runs at install, build or deploy, what holds keys, what changes data for good. */
const risky = [
  /(^|\/)(\.env|\.npmrc|.*secret|.*credential|.*token|auth)/i,
  /(^|\/)(migrations?|schema)(\/|\.|$)|\.sql$/i,
  /(^|\/)(\.github|\.ci|scripts?|hooks?|bin|deploy)\//i,
  /(^|\/)(package(-lock)?\.json|.*\.lock|dockerfile|makefile)$|\.(sh|ya?ml|toml)$/i,
]

/** The riskiest files first, by where they are and then by how much of them changes; ties as they come. */
export function byRisk(files: readonly DiffFile[]): DiffFile[] {
  const rank = ({ path }: DiffFile) => {
    const at = risky.findIndex((pattern) => pattern.test(path))
    return at < 0 ? risky.length : at
  }
  return [...files].sort((a, b) => rank(a) - rank(b) || b.added + b.removed - (a.added + a.removed))
}
