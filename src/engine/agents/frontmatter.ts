import { type Document, isMap, isScalar, LineCounter, type Pair, parseDocument } from 'yaml'
import { AgentFrontmatter } from '../../contract/index.ts'

export type AgentProblem = { readonly line: number | null; readonly field?: string; readonly message: string }
export type ParsedAgent = { readonly kind: 'good'; readonly frontmatter: AgentFrontmatter; readonly prompt: string } | ({ readonly kind: 'bad' } & AgentProblem)

/** The fence's own line; frontmatter lines are counted from the start of the file. */
const FENCE_LINES = 1

/** Reads an agent file: frontmatter between two `---` lines, then the prompt. Never throws; a bad file says which line. */
export function parseAgent(text: string): ParsedAgent {
  const parts = split(text)
  if (!parts) return { kind: 'bad', line: 1, message: 'an agent file begins with frontmatter between two lines of ---' }
  const counter = new LineCounter()
  const doc = parseDocument(parts.yaml, { lineCounter: counter, prettyErrors: false })
  const fault = doc.errors[0]
  if (fault) return { kind: 'bad', line: counter.linePos(fault.pos[0]).line + FENCE_LINES, message: fault.message }
  if (!isMap(doc.contents)) return { kind: 'bad', line: 1 + FENCE_LINES, message: 'the frontmatter is a list of `key: value` lines' }
  const parsed = AgentFrontmatter.safeParse(doc.toJS())
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
    const field = unknown ?? String(issue?.path[0] ?? '')
    const line = lineOf(doc, counter, field)
    return { kind: 'bad', line, field, message: unknown ? `unknown key "${unknown}"` : `${field}: ${issue?.message ?? 'not valid'}` }
  }
  const prompt = parts.body.trim()
  if (!prompt) return { kind: 'bad', line: parts.bodyLine, message: 'the prompt below the frontmatter is empty' }
  return { kind: 'good', frontmatter: parsed.data, prompt }
}

/** Changes keys of the frontmatter and nothing else: body, order and comments stay as they are. The text must be a good agent file. */
export function editAgent(text: string, change: Readonly<Record<string, unknown>>): string {
  const parts = split(text)
  if (!parts) return text
  const doc = parseDocument(parts.yaml)
  for (const [key, value] of Object.entries(change)) if (value !== undefined) doc.set(key, value)
  return `---\n${doc.toString({ lineWidth: 0, flowCollectionPadding: false })}---\n${parts.body}`
}

function split(text: string): { yaml: string; body: string; bodyLine: number } | undefined {
  const match = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)^---[ \t]*(?:\r?\n|$)/m.exec(text)
  if (match?.index !== 0) return undefined
  const body = text.slice(match[0].length)
  return { yaml: match[1] ?? '', body, bodyLine: match[0].split('\n').length }
}

function lineOf(doc: Document, counter: LineCounter, field: string): number {
  if (!isMap(doc.contents)) return 1
  const pair = (doc.contents.items as Pair[]).find((item) => isScalar(item.key) && item.key.value === field)
  const at = pair && isScalar(pair.key) ? pair.key.range?.[0] : undefined
  return at === undefined ? 1 : counter.linePos(at).line + FENCE_LINES
}
