import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { actionClasses, type ClassRule, PolicyFile, type PolicyProblem, type RaiseRule } from '../../contract/index.ts'
import { fitsPattern, floorOf, isBelow, isKnown, mergePolicy, type NamedFile, type Policy, rollback, toMs } from './policy.ts'

/** A file as the owner wrote it. */
export type OwnFile = { readonly name: string; readonly text: string }
export type Judged = { readonly kind: 'good'; readonly policy: Policy } | { readonly kind: 'bad'; readonly problems: PolicyProblem[] }

type Place = readonly PropertyKey[]
type Parsed = NamedFile & { readonly locate: (place: Place) => number | null }

/** A time to answer is at least so long, and at most. */
const SHORTEST_MS = 60_000
const LONGEST_MS = 7 * 86_400_000

/** Reads all files and says everything that is wrong with them, each with its line. They are good together or not at all. */
export function judgePolicy(files: readonly OwnFile[], templates: ReadonlySet<string>): Judged {
  const problems: PolicyProblem[] = []
  const parsed: Parsed[] = []
  for (const { name, text } of files) {
    const read = parsePolicy(name, text)
    if (Array.isArray(read)) problems.push(...read)
    else parsed.push(read)
  }
  const say = (from: Parsed, place: Place, message: string) => void problems.push({ file: from.name, line: from.locate(place), field: toField(place), message })
  findTwins(parsed, say)
  for (const one of parsed) {
    for (const [action, rule] of Object.entries(one.file.classes))
      for (const { key, message } of findFaults(action, rule, templates)) say(one, ['classes', action, key], message)
  }
  // A name that stands in a file which cannot be read yet is no slip of the files that can.
  if (parsed.length === files.length) {
    const names = new Set([...Object.keys(actionClasses), ...parsed.flatMap(({ file }) => Object.keys(file.classes))])
    for (const one of parsed)
      for (const [at, rule] of one.file.raise.entries())
        for (const { index, message } of findVain(rule, names)) say(one, ['raise', at, 'when', 'action', index], message)
  }
  return problems.length > 0 ? { kind: 'bad', problems } : { kind: 'good', policy: mergePolicy(parsed) }
}

type Say = (from: Parsed, place: Place, message: string) => void

function findTwins(files: readonly Parsed[], say: Say): void {
  const classes = new Map<string, string>()
  const rules = new Map<string, string>()
  const claim = (owners: Map<string, string>, key: string, from: Parsed, place: Place) => {
    const first = owners.get(key)
    if (first === undefined) owners.set(key, from.name)
    else say(from, place, `${key} stands in ${first} already`)
  }
  for (const from of files) {
    for (const action of Object.keys(from.file.classes)) claim(classes, action, from, ['classes', action])
    for (const [at, { id }] of from.file.raise.entries()) claim(rules, id, from, ['raise', at, 'id'])
  }
}

function findFaults(action: string, rule: ClassRule, templates: ReadonlySet<string>): { key: keyof ClassRule; message: string }[] {
  const faults: { key: keyof ClassRule; message: string }[] = []
  const floor = floorOf(action)
  if (isBelow(rule.tier, floor)) faults.push({ key: 'tier', message: `${action} cannot be lower than ${floor}` })
  if (action === rollback && rule.tier !== 'T0')
    faults.push({ key: 'tier', message: `${action} is T0 and nothing else: putting the version before back never waits` })
  if (rule.ifSilent === 'template') {
    if (rule.tier === 'T3') faults.push({ key: 'ifSilent', message: 'T3 sends nothing without you, not even words that you approved before' })
    if (rule.template === undefined) faults.push({ key: 'ifSilent', message: 'say which words: template' })
    else if (!templates.has(rule.template)) faults.push({ key: 'template', message: `there is no template ${rule.template}` })
  } else if (rule.template !== undefined) faults.push({ key: 'template', message: 'is sent only with ifSilent: template' })
  const ms = rule.deadline === undefined ? undefined : toMs(rule.deadline)
  if (ms !== undefined && (ms < SHORTEST_MS || ms > LONGEST_MS)) faults.push({ key: 'deadline', message: 'from 1m to 7d' })
  return faults
}

/** A rule that names what does not exist would be believed in and never speak. */
function findVain({ when }: RaiseRule, names: ReadonlySet<string>): { index: number; message: string }[] {
  return (when.action ?? []).flatMap((pattern, index) => {
    if (pattern === rollback) return [{ index, message: `${rollback} is never raised` }]
    if ([...names].some((name) => fitsPattern(pattern, name))) return []
    return [{ index, message: `no class is called ${pattern}${isKnown(pattern.replace('*', '')) ? '; leave the * out' : ''}` }]
  })
}

function parsePolicy(name: string, text: string): Parsed | PolicyProblem[] {
  const counter = new LineCounter()
  const doc = parseDocument(text, { lineCounter: counter, prettyErrors: false })
  if (doc.errors.length > 0) return doc.errors.map(({ pos, message }) => ({ file: name, line: counter.linePos(pos[0]).line, field: null, message }))
  const locate = (place: Place) => lineOf(doc, counter, place)
  const plain = toPlainValue(doc)
  if (plain.kind === 'bad') return [{ file: name, line: null, field: null, message: plain.message }]
  const result = PolicyFile.safeParse(plain.value)
  if (result.success) return { name, file: result.data, locate }
  return result.error.issues.flatMap((issue) =>
    toFaults(issue).map(({ place, message }) => ({ file: name, line: locate(place), field: place.length > 0 ? toField(place) : null, message })),
  )
}

/** An alias without its anchor, or so many that the text would swell, comes up only here. */
function toPlainValue(doc: Document): { kind: 'good'; value: unknown } | { kind: 'bad'; message: string } {
  try {
    return { kind: 'good', value: doc.toJS() }
  } catch (error) {
    return { kind: 'bad', message: error instanceof Error ? error.message : String(error) }
  }
}

function toFaults(issue: z.core.$ZodIssue): { place: Place; message: string }[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ place: [...issue.path, key], message: `unknown key "${key}"` }))
  if (issue.code === 'invalid_key') return [{ place: issue.path, message: issue.issues[0]?.message ?? issue.message }]
  if (issue.code === 'invalid_union') return [{ place: issue.path, message: 'expected one of T0, T1, T2, T3 and up' }]
  return [{ place: issue.path, message: issue.path.length === 0 ? 'a policy file begins with version: 1' : issue.message }]
}

const toField = (place: Place): string => place.map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at > 0 ? '.' : ''}${String(key)}`)).join('')

/** The line of what stands at a place of the file; of the nearest thing around it where that is missing. */
function lineOf(doc: Document, counter: LineCounter, place: Place): number {
  let node: unknown = doc.contents
  let offset = 0
  for (const key of place) {
    const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined
    const item = isSeq(node) && typeof key === 'number' ? node.items[key] : undefined
    const found = pair?.key ?? item
    if (!hasRange(found)) break
    offset = found.range[0]
    node = pair ? pair.value : item
  }
  return counter.linePos(offset).line
}

const hasRange = (node: unknown): node is { range: [number, number, number] } =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
