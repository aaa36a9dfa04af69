import { isCodeShaped } from './codes.ts'

export type Question =
  | { readonly about: 'running' | 'waiting' | 'spend' | 'status' | 'brief' | 'help' }
  | { readonly about: 'why'; readonly task: string | null; readonly name: string | null }
  | { readonly about: 'plan'; readonly name: string }

export type Command = { readonly act: 'pause' | 'stop' | 'stop-spending' } | { readonly act: 'resume' | 'allow'; readonly code: string | null }

/** What the owner's words are taken for. `near` are the three things nearest to words that are nothing of it. */
export type Intent =
  | { readonly kind: 'request'; readonly text: string; readonly project: string | null }
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'unclear'; readonly near: readonly string[]; readonly because?: string }

const examples = [
  'what’s running?',
  'what’s waiting for me?',
  'why is T4 waiting?',
  'how much today?',
  'status',
  'brief',
  'build me …',
  'research … and build a prototype',
  'pause',
  'resume',
  'stop spending',
  'STOP',
] as const

const verbs =
  'build|make|create|write|research|investigate|fix|repair|add|implement|design|prototype|refactor|deploy|develop|set up|setup|draft|analyse|analyze|compare|generate|find|port|migrate|test|update|upgrade|improve|change|rename|remove|replace|document|translate|integrate|prepare|launch|optimise|optimize|rewrite|review|collect|scrape|summarise|summarize|plan|extend|clean up|convert|ship'
const request = new RegExp(`^(?:${verbs})\\s+(?:(?:me|us)\\s+)?\\S`, 'i')
const wish = new RegExp(
  `^(?:can|could|would|will) you (?:please )?(?:${verbs})\\s+\\S|^(?:i|we)(?:'d| would)? (?:want|need|like)(?: you)?(?: to (?:${verbs}))?\\s+\\S|^(?:let'?s|let us|go and|go) (?:${verbs})\\s+\\S`,
  'i',
)
const scoped = /^(?:for|in|on) (?:the )?(?:project )?([a-z0-9][a-z0-9-]{0,62})\s*([:,])\s*(.+)$/is

const commands: ReadonlyArray<readonly [RegExp, Command['act']]> = [
  [/^(?:emergency )?(?:stop|halt)(?: (?:everything|all|it all|now|the factory|all agents))?$/, 'stop'],
  [/^(?:stop|kill|freeze|no more|halt) (?:all )?(?:the )?(?:spending|calls|model calls|money)$/, 'stop-spending'],
  [/^(?:pause|hold)(?: (?:everything|all|the factory|it|all agents))?$/, 'pause'],
  [/^(?:resume|continue|unpause|go on)(?: (?:everything|all|the factory|it|work))?$/, 'resume'],
  [/^allow(?: (?:all )?(?:spending|calls|model calls))?$/, 'allow'],
]
const questions: ReadonlyArray<readonly [RegExp, Question['about']]> = [
  [
    /^(?:what(?:'?s| is| are)?|who(?:'?s| is)?) (?:(?:you|they|the agents|everyone|everybody|all|currently|now) )*(?:running|working(?: on)?|doing|going on|happening|in progress|up|being built|building)(?: (?:now|right now|at the moment|today|on))*$/,
    'running',
  ],
  [/^(?:anything|something) running$|^running$/, 'running'],
  [
    /^what(?:'?s| is| are)? (?:(?:waiting|open|pending)(?: (?:for|on) (?:me|us))?|in (?:my|the) inbox)$|^what (?:waits|needs)(?: (?:for|on))?(?: me)?$/,
    'waiting',
  ],
  [
    /^(?:anything|something) (?:waiting|open|pending|for me)(?: (?:for|on) me)?$|^(?:inbox|approvals|waiting|pending|open)$|^(?:what )?do you need (?:anything from )?me$/,
    'waiting',
  ],
  [/^how much(?: (?:did|have|has|do|is|was|are))?(?: (?:we|you|i|it|they))?(?: (?:spent|spend|cost))?(?: so far)?(?: (?:today|now))?$/, 'spend'],
  [
    /^(?:what did|what does) (?:today|it|this) cost$|^(?:spend|spending|spent|cost|costs|budget|money)(?: today)?$|^today'?s (?:cost|costs|spend|spending)$/,
    'spend',
  ],
  [/^(?:status|how are (?:things|you|we)(?: doing)?|how'?s it going|how is it going|how are we|how do we stand|are you (?:there|alive|ok|okay))$/, 'status'],
  [
    /^(?:(?:the |my |give me the |morning )*(?:brief|briefing|digest|summary|report)|what happened(?: (?:today|overnight|last night|since i left))?|since i left|what did (?:you|i|we) (?:do|miss)(?: (?:today|overnight))?)$/,
    'brief',
  ],
  [/^(?:help|what can (?:you do|i say)|commands|hello|hi|hey)?$/, 'help'],
]

/** What nobody sees, and nobody typed; a request keeps its lines. */
const unseen = /(?![\n\t])\p{Cc}|[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu
const toKev = /^(?:(?:hey|hi|hello|ok|dear)[ ,]+)?kev\b[\s,:;.!-]*/i

/** Rules, no model: what they do not know is asked about. `projects` are names that a sentence may begin or end with. */
export function toIntent(said: string, projects: readonly string[]): Intent {
  const text = said
    .replace(unseen, '')
    .trim()
    .replace(toKev, '')
    .replace(/^please[ ,]+/i, '')
  const spoken = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .replace(/[\s]+/g, ' ')
    .replace(/[\s?!.…]+$/, '')
    .trim()
  const words = spoken.replace(/,? (?:please|kev|thanks)$/, '')
  return toCommand(words) ?? toQuestion(words, projects) ?? toRequest(text, projects) ?? { kind: 'unclear', near: nearest(words) }
}

function toCommand(words: string): Intent | undefined {
  const all = words.split(/[\s,:#]+/)
  const codes = all.filter(isCodeShaped)
  const act = commands.find(([pattern]) => pattern.test(all.filter((word) => word && !isCodeShaped(word)).join(' ')))?.[1]
  if (act === undefined || codes.length > 1) return undefined
  if (act === 'resume' || act === 'allow') return { kind: 'command', command: { act, code: codes[0]?.toUpperCase() ?? null } }
  // "stop K7Q2AB" is about a card, and is asked about.
  return codes.length === 0 ? { kind: 'command', command: { act } } : undefined
}

function toQuestion(words: string, projects: readonly string[]): Intent | undefined {
  const named = (name: string | undefined) => projects.find((project) => project === name) ?? null
  const why =
    /^why(?: is| are| does|'s| isn't| doesn't)? (?:task )?(?:(t\w{0,7}\d\w{0,7})|([a-z0-9][a-z0-9-]*))(?: (?:of|in|from) ([a-z0-9][a-z0-9-]*))?(?: (?:waiting|wait|stuck|blocked|not (?:running|moving|done|starting)|still (?:waiting|open)|running|moving|starting|failing|failed))?$/.exec(
      words,
    )
  if (why && (why[1] || named(why[2])))
    return { kind: 'question', question: { about: 'why', task: why[1]?.toUpperCase() ?? null, name: named(why[3] ?? why[2]) ?? why[3] ?? null } }
  const about = questions.find(([pattern]) => pattern.test(words))?.[1]
  if (about && about !== 'why' && about !== 'plan') return { kind: 'question', question: { about } }
  const plan =
    /^(?:how(?:'s| is)|what about|where is|is|status of|how far is|how goes) (?:the )?([a-z0-9][a-z0-9-]*)(?: (?:going|doing|coming along|live|done|ready|finished|up|now))?$/.exec(
      words,
    )
  const name = named(plan?.[1])
  return name ? { kind: 'question', question: { about: 'plan', name } } : undefined
}

function toRequest(text: string, projects: readonly string[]): Intent | undefined {
  const isRequest = (some: string) => request.test(some) || wish.test(some)
  const [, name = '', mark, rest = ''] = scoped.exec(text) ?? []
  if (!isRequest(rest)) return isRequest(text) ? { kind: 'request', text, project: null } : undefined
  const project = projects.find((known) => known === name.toLowerCase())
  if (project) return { kind: 'request', text: rest.trim(), project }
  // "in Python, write …" is part of the wish; "for shp: add …" names a project, and a new one is not made for a slip.
  return mark === ',' ? { kind: 'request', text, project: null } : { kind: 'unclear', near: nearest(text), because: `There is no project called ${name}.` }
}

const pairs = (text: string): Set<string> => new Set(Array.from({ length: Math.max(0, text.length - 1) }, (_, at) => text.slice(at, at + 2)))

/** By the share of letter pairs that two sayings have in common. */
function nearest(words: string): string[] {
  const own = pairs(words)
  const score = (example: string): number => {
    const theirs = pairs(example.toLowerCase().replace(/[’?…]/g, ''))
    const both = [...own].filter((pair) => theirs.has(pair)).length
    return both / Math.max(1, own.size + theirs.size)
  }
  return [...examples].sort((a, b) => score(b) - score(a)).slice(0, 3)
}
