import { ChannelName } from '../../../contract/channels.ts'
import { type AuditRow, eventTypes } from '../../../contract/events.ts'
import { ApprovalId } from '../../../contract/ids.ts'
import { formatMoney, type Nanodollars } from '../../../contract/money.ts'
import { createPaging } from '../../parts/pages.ts'

/** The record, read page by page; `seq` grows by one with each row. */
export const paging = createPaging((row: AuditRow) => row.seq)

/** Every type of event, as a list to choose from. */
export const typeChoices: ReadonlyArray<readonly [value: string, words: string]> = [
  ['', 'everything'],
  ...[...eventTypes].sort().map((type) => [type, type] as const),
]

/** What narrows the record; empty is everything. */
export type Filter = { readonly type: string; readonly actor: string; readonly subject: string; readonly text: string }
export const noFilter: Filter = { type: '', actor: '', subject: '', text: '' }
export const isNarrowed = (filter: Filter): boolean => Object.values(filter).some((value) => value !== '')

/** Everybody who can cause something, as a list to choose from. */
export const toActorChoices = (agents: readonly string[]): ReadonlyArray<readonly [value: string, words: string]> => [
  ['', 'anybody'],
  ['owner', 'you'],
  ['engine', 'the engine'],
  ['playbook', 'a playbook of yours'],
  ...[...agents].sort().map((name) => [`agent:${name}`, name] as const),
  ...ChannelName.options.map((name) => [`channel:${name}`, `the channel ${name}`] as const),
]

type Fields = Readonly<Record<string, unknown>>
const fieldsOf = (data: unknown): Fields => (typeof data === 'object' && data !== null ? (data as Fields) : {})
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** The screen that shows the thing an event happened to, where there is one. */
export function toHref({ type, subject, data }: Pick<AuditRow, 'type' | 'subject' | 'data'>): string | undefined {
  const fields = fieldsOf(data)
  const plan = text(fields['planId']) ?? text(fieldsOf(fields['plan'])['id'])
  const prefix = subject.split('_')[0] ?? ''
  if (prefix === 'plan') return `#/plans/${subject}`
  if (prefix === 'task' && plan) return `#/plans/${plan}/${subject}`
  if (prefix === 'ses') return `#/sessions/${subject}`
  if (prefix === 'apr') return `#/inbox/${subject}`
  if (prefix === 'pbk') return `#/rules/playbooks/${subject}`
  if (prefix === 'msg') return `#/channels/messages/${subject}`
  if (prefix === 'att' && text(fields['sessionId'])) return `#/sessions/${text(fields['sessionId'])}`
  if (prefix === 'call') return `#/spend/calls/${subject}`
  if (type.startsWith('budget.')) return '#/spend/budgets'
  if (type === 'spend.adjusted') return '#/spend/corrections'
  if (type.startsWith('spend.')) return '#/spend'
  if (plan && text(fields['taskId'])) return `#/plans/${plan}/${text(fields['taskId'])}`
  if (plan) return `#/plans/${plan}`
  if (type === 'agent.changed' || type === 'agent.paused' || type === 'agent.resumed') return `#/agents/${subject}`
  if (type === 'agent.rejected') return '#/agents'
  if (type.startsWith('policy.')) return '#/rules/policy'
  if (type.startsWith('template.')) return '#/rules/templates'
  if (type.startsWith('channel.')) return '#/channels'
  if (/^(circuit|price|model)\./.test(type)) return '#/settings/models'
  if (/^(settings|provider|project)\./.test(type)) return '#/settings'
  return undefined
}

/** What one event says in a line: the thing's own title or name, and what changed where that is the point. */
export function toSummary({ type, data }: Pick<AuditRow, 'type' | 'data'>): string {
  const fields = fieldsOf(data)
  const of = (name: string) => text(fields[name])
  const join = (...parts: readonly (string | undefined)[]) => parts.filter(Boolean).join(' · ')
  const noun = type.split('.')[0]
  if (type === 'settings.changed') return `${of('key') ?? ''}: ${JSON.stringify(fields['from'])} → ${JSON.stringify(fields['to'])}`
  if (type === 'branch.merged') return `${of('from') ?? ''} → ${of('into') ?? ''}`
  if (type === 'agent.rejected') return `${of('file') ?? ''}${typeof fields['line'] === 'number' ? `, line ${fields['line']}` : ''}: ${of('message') ?? ''}`
  if (type === 'task.waited') return join(`${of('key') ?? ''} ${of('title') ?? ''}`, text(fieldsOf(fields['wait'])['detail']))
  if (noun === 'task') return join(`${of('key') ?? ''} ${of('title') ?? ''}`)
  if (noun === 'attempt')
    return join(
      typeof fields['n'] === 'number' ? `attempt ${fields['n']}` : undefined,
      of('agent'),
      type === 'attempt.ended' ? of('state') : undefined,
      of('error'),
    )
  if (noun === 'call') return join(of('agent'), of('model'))
  if (type === 'budget.changed') return toBudgetText(fieldsOf(fields['ref']), `${dollars(fields['from'])} → ${dollars(fields['to'])}`)
  if (type === 'budget.crossed') return toBudgetText(fieldsOf(fields['budget']), typeof fields['mark'] === 'number' ? `${fields['mark']} %` : of('mark'))
  if (type === 'budget.refused') return toBudgetText(fieldsOf(fields['budget']), `${of('agent') ?? ''} needed ${dollars(fields['needed'])}`)
  if (type === 'spend.adjusted') return join(of('provider'), dollars(fields['amount']), of('reason'))
  if (type === 'route.chosen') return join(of('agent'), of('chosen') ?? 'no model', of('reason'))
  if (noun === 'circuit' || type === 'price.guessed') return join([of('provider'), of('model')].filter(Boolean).join('/'), of('state'), of('detail'))
  if (type === 'policy.accepted') return join(typeof fields['version'] === 'number' ? `version ${fields['version']}` : undefined, of('note'))
  if (type === 'policy.rejected') return toProblems(fields['problems'])
  if (noun === 'playbook') return join(of('name'), of('state'))
  if (noun === 'channel') return join(of('title') ?? of('name'), of('state'), of('detail'))
  if (noun === 'message') return join(of('channel'), of('kind') ?? of('sender'), type === 'message.answered' ? of('outcome') : of('state'), of('error'))
  if (noun === 'approval') return join(of('what'), of('channel'), of('reason'), type === 'approval.executed' ? of('outcome') : undefined)
  if (type === 'model.changed') return join(of('ref'), of('tier'), fields['enabled'] === false ? 'not chosen' : undefined)
  if (type === 'agent.paused') return join(of('name'), text(fieldsOf(fields['paused'])['reason']))
  if (noun === 'evidence') return join(of('name'), of('verdict'))
  if (noun === 'release') return join(of('project'), of('url'), of('error'))
  if (noun === 'session') return join(of('title'), of('agent'), type === 'session.ended' ? of('outcome') : undefined)
  return of('title') ?? of('what') ?? text(fieldsOf(fields['plan'])['title']) ?? of('text') ?? of('path') ?? of('name') ?? of('reason') ?? of('version') ?? ''
}

/** The first problem of a file of the policy, and how many more there are. */
function toProblems(problems: unknown): string {
  const all = Array.isArray(problems) ? problems.map(fieldsOf) : []
  const [first] = all
  if (!first) return ''
  const where = typeof first['line'] === 'number' ? `, line ${first['line']}` : ''
  return `${text(first['file']) ?? ''}${where}: ${text(first['message']) ?? ''}${all.length > 1 ? ` and ${all.length - 1} more` : ''}`
}

const dollars = (amount: unknown): string => (typeof amount === 'number' ? formatMoney(amount as Nanodollars) : '')

/** "agent Rex a day · $8.00 → $10.00" */
function toBudgetText(ref: Readonly<Record<string, unknown>>, what: string | undefined): string {
  const [scope = '', subject, period = ''] = ['scope', 'subject', 'period'].map((name) => text(ref[name]))
  const whose = subject === undefined || subject === '*' ? scope : `${scope} ${subject}`
  return [period === 'day' || period === 'month' ? `${whose} a ${period}` : whose, what].filter(Boolean).join(' · ')
}

/** A decision that can be explained: every event of an approval has its id as its subject. */
export const isDecision = (subject: string): subject is ApprovalId => ApprovalId.safeParse(subject).success

/** The row as it stands in the record, for reading and for copying. */
export const toJson = (row: AuditRow): string => JSON.stringify(row, null, 2)

/** One row a line, oldest first: what other programs read. */
export const toJsonLines = (rows: readonly AuditRow[]): string =>
  [...rows]
    .reverse()
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('')

export type Verdict = { readonly ok: boolean; readonly rows: number; readonly firstBroken: number | null; readonly head: string }

/** What the check found, in a sentence. */
export const toVerdictText = ({ ok, rows, firstBroken }: Verdict): string =>
  ok
    ? `The record is whole: ${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}, every hash fits the one before.`
    : `The record is broken at row ${firstBroken?.toLocaleString('en-US') ?? 'unknown'} of ${rows.toLocaleString('en-US')}: from there on it cannot be trusted. Restore a backup, or keep the file as evidence.`
