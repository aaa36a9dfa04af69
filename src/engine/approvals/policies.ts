import { copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import {
  type ActionFacts,
  type Actor,
  type DryRun,
  type PolicyProblem,
  type PolicyVersionView,
  type PolicyView,
  type Tier,
  tiers,
} from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import { watchFolder } from '../kernel/watch.ts'
import { writeAtomically } from '../settings/index.ts'
import { type ReadDb, type WriteDb, write } from '../store/index.ts'
import { hashPayload } from './approval.ts'
import type { Classified, Classify } from './classified.ts'
import { onlyOwner } from './only-owner.ts'
import { createPoliciesReader, createPoliciesStore, type PastAction, type PolicyVersion } from './policies.store.ts'
import { classify, type Policy } from './policy.ts'
import { toNote } from './policy-change.ts'
import { type Judged, judgePolicy, type OwnFile } from './policy-file.ts'

export type PoliciesDeps = {
  readonly db: WriteDb
  readonly reader: ReadDb
  readonly clock: Clock
  readonly append: Append
  /** The owner's folder of policy files; made and filled from `seedDir` on the first start. */
  readonly dir: string
  readonly seedDir: string
  /** The words that a class may send when nobody answers. */
  readonly templates: { names(): ReadonlySet<string>; text(name: string): string | undefined }
}

/** As much as a face may send; what is far longer would hold up everything else while it is judged. */
const MOST_CHARACTERS = 100_000
const MOST_FILES = 20

type InForce = PolicyVersion & { readonly policy: Policy }

/**
 * What needs the owner's say (R-168, R-173, R-188): his files, merged. A good set of files comes into force at once as a new version;
 * a bad one changes nothing and says which lines are at fault.
 */
export function createPolicies({ db, reader: readDb, clock, append, dir, seedDir, templates }: PoliciesDeps) {
  const store = createPoliciesStore(db)
  const reader = createPoliciesReader(readDb)
  /** What was said of bad files last; looked up in the journal only when there are some. */
  let told: { readonly problems: string | undefined } | undefined
  let onDisk: { readonly files: readonly OwnFile[]; readonly problems: readonly PolicyProblem[] }

  const judge = (files: readonly OwnFile[]): Judged => judgePolicy(files, templates.names())
  const last = store.last()
  if (!last && !existsSync(dir)) seed(seedDir, dir)
  mkdirSync(dir, { recursive: true })
  let inForce = last ? reopen(last) : begin()
  reload()

  const policies = {
    get: (): PolicyView => ({
      version: inForce.version,
      acceptedAt: inForce.acceptedAt,
      acceptedBy: inForce.acceptedBy,
      files: toFileViews(onDisk.files, onDisk.problems),
      classes: [...inForce.policy.classes.values()].sort((a, b) => a.action.localeCompare(b.action)),
      raise: [...inForce.policy.raise],
    }),
    versions: (): PolicyVersionView[] => reader.versions(),
    /** The files of a version as one text; undefined for one that never was. */
    version(version: number): { readonly version: number; readonly acceptedAt: PolicyView['acceptedAt']; readonly text: string } | undefined {
      const found = reader.version(version)
      return found && { version, acceptedAt: found.acceptedAt, text: found.files.map(({ name, text }) => `# ${name}\n${text.trimEnd()}\n`).join('\n') }
    },

    classify: ((facts: ActionFacts): Classified => {
      const { tier, because, of } = classify(inForce.policy, facts)
      const words = tier !== 'T3' && of?.ifSilent === 'template' && of.template !== null ? templates.text(of.template) : undefined
      return {
        tier,
        because,
        policyVersion: inForce.version,
        deadlineMs: of?.deadlineMs ?? null,
        ifSilent: words === undefined ? 'deny' : 'template',
        templateText: words ?? null,
        quietHours: of?.quietHours ?? 'hold',
        // What nobody has described may be anything.
        irreversible: of?.irreversible ?? true,
      }
    }) satisfies Classify,
    /** What the class by itself needs, before any rule speaks. */
    tierOf: (action: string): Tier => inForce.policy.classes.get(action)?.tier ?? 'T3',
    /** In words: "write to a customer". */
    whatOf: (action: string): string => inForce.policy.classes.get(action)?.what ?? action,
    /** The class that sends this template when nobody answers. */
    userOf: (template: string): string | undefined => [...inForce.policy.classes.values()].find((one) => one.template === template)?.action,

    /** Says what is wrong with the files if this one stood among them, and changes nothing. */
    check(name: string, text: string): PolicyProblem[] {
      const judged = judge(withFile(name, text))
      return judged.kind === 'bad' ? judged.problems : []
    },
    /** What the last actions would need with this file among the others, compared with what they need now. */
    dryRun(name: string, text: string, limit: number): DryRun {
      const judged = judge(withFile(name, text))
      if (judged.kind === 'bad') return { problems: judged.problems, actions: 0, changed: [], tiers: tiers.map((tier) => ({ tier, now: 0, trial: 0 })) }
      const actions = reader.lastActions(limit)
      const pairs = actions.map((action) => {
        const facts = toFacts(action)
        const trial = classify(judged.policy, facts)
        return { action, from: classify(inForce.policy, facts).tier, to: trial.tier, because: trial.because }
      })
      return {
        problems: [],
        actions: actions.length,
        changed: pairs
          .filter(({ from, to }) => from !== to)
          .map(({ action: { id, at, action, card }, from, to, because }) => ({ approvalId: id, at, action, what: card.what, from, to, because })),
        tiers: tiers.map((tier) => ({
          tier,
          now: pairs.filter(({ from }) => from === tier).length,
          trial: pairs.filter(({ to }) => to === tier).length,
        })),
      }
    },
    /** Replaces or adds one file. T3: `confirm` is its name, typed. Throws policy/invalid and changes nothing when the files are not good with it. */
    save({ name, text, confirm }: { name: string; text: string; confirm: string }, actor: Actor): PolicyView {
      onlyOwner(actor, 'changes what needs an approval')
      const files = withFile(name, text)
      const judged = judge(files)
      if (judged.kind === 'bad') throw invalid(judged.problems)
      if (confirm !== name)
        throw new ReefError('approval/not-confirmed', `Changing what needs an approval is T3, and ${name} was not typed.`, {
          field: 'confirm',
          remedy: `Type ${name}.`,
        })
      // Written last inside the transaction: a file that cannot be written leaves no version behind.
      inForce = write(db, () => {
        const next = accept(files, judged.policy, actor)
        writeAtomically(join(dir, name), text)
        return next
      })
      reload()
      return policies.get()
    },
    /** Reads every file again; called by the watcher, at start, and when the templates change. */
    reload,
    /** Reloads soon after anything in the folder changes, until the returned function is called. */
    watch: (): (() => void) => watchFolder(dir, reload),
  }
  return policies

  function reload(): void {
    const { files, problems: unread } = readFiles(dir)
    const judged = unread.length > 0 ? ({ kind: 'bad', problems: unread } as const) : judge(files)
    onDisk = { files, problems: judged.kind === 'bad' ? judged.problems : [] }
    if (judged.kind === 'good') {
      told = { problems: undefined }
      inForce = write(db, () => accept(files, judged.policy, 'owner'))
      return
    }
    const problems = hashPayload(judged.problems)
    told ??= { problems: toldBefore() }
    if (problems === told.problems) return
    write(db, () => append({ type: 'policy.rejected', subject: 'policy', data: { problems: [...judged.problems] } }))
    told = { problems }
  }

  /** What an earlier engine said of files that nobody has mended since. */
  function toldBefore(): string | undefined {
    const problems = reader.lastRejected(inForce.acceptedAt)
    return problems && hashPayload(problems)
  }

  /** The same text again is no new version. */
  function accept(files: readonly OwnFile[], policy: Policy, actor: Actor): InForce {
    const sha256 = hashPayload(files)
    if (sha256 === inForce.sha256) return inForce
    const seen = { version: inForce.version + 1, acceptedAt: clock.now(), acceptedBy: actor, note: toNote(inForce.policy, policy) }
    store.insert({ ...seen, sha256, files })
    append({ type: 'policy.accepted', subject: 'policy', actor, data: seen })
    return { ...seen, sha256, files, policy }
  }

  /** The first version is the one that ships, also where the owner's own first files are not good yet. */
  function begin(): InForce {
    const files = readFiles(seedDir).files
    const judged = judge(files)
    if (judged.kind === 'bad') throw invalid(judged.problems)
    const first = { version: 1, sha256: hashPayload(files), files, acceptedAt: clock.now(), acceptedBy: 'engine', note: 'as shipped', policy: judged.policy }
    write(db, () => store.insert(first))
    return first
  }

  /** What held when the engine stopped. A version that this program no longer understands must not be replaced by a guess. */
  function reopen(version: PolicyVersion): InForce {
    const judged = judge(version.files)
    if (judged.kind === 'bad') throw invalid(judged.problems)
    return { ...version, policy: judged.policy }
  }

  function withFile(name: string, text: string): OwnFile[] {
    if (!/^[a-z0-9][a-z0-9_-]{0,58}\.yaml$/.test(name))
      throw new ReefError('policy/unknown-file', `${name} is no name of a policy file.`, {
        field: 'name',
        remedy: 'Lower case letters, digits and dashes, with .yaml at the end, such as default.yaml.',
      })
    const others = readFiles(dir).files.filter((file) => file.name !== name)
    return [...others, { name, text }].sort(byName)
  }
}
export type Policies = ReturnType<typeof createPolicies>

const byName = (a: OwnFile, b: OwnFile): number => (a.name < b.name ? -1 : 1)

/** The folder's files in the order of their names; a file that cannot be read is a problem, not an absence. */
function readFiles(dir: string): { files: OwnFile[]; problems: PolicyProblem[] } {
  const names = (existsSync(dir) ? readdirSync(dir) : []).filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.')).sort()
  const read = names.slice(0, MOST_FILES).map((name) => readOne(dir, name))
  const problems = read.flatMap((one) => ('message' in one ? [one] : []))
  const [oneTooMany] = names.slice(MOST_FILES)
  if (oneTooMany) problems.push({ file: oneTooMany, line: null, field: null, message: `is one too many: at most ${MOST_FILES} policy files are read` })
  if (names.length === 0)
    problems.push({ file: 'default.yaml', line: null, field: null, message: 'there is no policy file left; what held before still holds' })
  return { files: read.flatMap((one) => ('text' in one ? [one] : [])).sort(byName), problems }
}

/** What stands in the folder itself, short enough to be read at once: nothing is waited for, and nothing is believed that lies elsewhere. */
function readOne(dir: string, name: string): OwnFile | PolicyProblem {
  const problem = (message: string): PolicyProblem => ({ file: name, line: null, field: null, message })
  const file = join(dir, name)
  const tooLong = `is longer than ${MOST_CHARACTERS} characters`
  try {
    const stat = lstatSync(file)
    if (stat.isSymbolicLink()) return problem('is a link: put the file itself here')
    if (!stat.isFile()) return problem('is no file')
    if (stat.size > MOST_CHARACTERS * 4) return problem(tooLong)
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
    return text.length > MOST_CHARACTERS ? problem(tooLong) : { name, text }
  } catch (error) {
    return problem(error instanceof TypeError ? 'is not UTF-8' : `cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`)
  }
}

function toFileViews(files: readonly OwnFile[], problems: readonly PolicyProblem[]): PolicyView['files'] {
  const unread = problems.filter(({ file }) => !files.some(({ name }) => name === file)).map(({ file }) => ({ name: file, text: '' }))
  return [...files, ...unread].map(({ name, text }) => ({ name, text, problems: problems.filter(({ file }) => file === name) }))
}

/** What a past action looked like to the rules. Its text is that of the mail or post on its card. */
function toFacts({ action, agent, project, amountUsd, taintedBy, card }: PastAction): ActionFacts {
  const texts = (card.previews ?? []).flatMap((preview) =>
    preview.kind === 'mail' ? [preview.subject, preview.text] : preview.kind === 'post' ? [preview.text] : [],
  )
  return { action, agent, project, taintedBy, amountUsd: amountUsd === 0 ? null : amountUsd, text: texts.length > 0 ? texts.join('\n') : null }
}

function invalid(problems: readonly PolicyProblem[]): ReefError {
  const [first] = problems
  const where = first ? `${first.file}${first.line === null ? '' : `, line ${first.line}`}: ${first.message}` : ''
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : ''
  return new ReefError('policy/invalid', `The policy is not good: ${where}${more}.`, {
    ...(first?.field && { field: first.field }),
    remedy: 'Nothing was changed; what held before still holds. See: reef policy check FILE',
  })
}

function seed(from: string, to: string): void {
  const fresh = `${to}.seeding`
  mkdirSync(fresh, { recursive: true })
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(fresh, name))
  renameSync(fresh, to)
}
