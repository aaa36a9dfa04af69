import type { ApprovalView, Preview } from '../contract/approvals.ts'
import { approvalWords, tierWords } from '../contract/words.ts'
import { labelled, stateWord } from './label.ts'
import { dateTime } from './local-time.ts'
import { paint } from './paint.ts'
import { toFacts } from './table.ts'
import { showControls } from './terminal-text.ts'

/** Everything the owner decides upon. Hidden characters are shown, never removed: what is read must be what is done. */
export function toApprovalLines(approval: ApprovalView, zone: string): string[] {
  const facts = toFacts([
    ['approval', labelled(paint('bold', showControls(approval.what)), approval.rehearsal)],
    ['id', approval.id],
    ['state', stateWord(approvalWords[approval.state])],
    ['action', `${approval.action} (${approval.tier}: ${tierWords[approval.tier]})`],
    ['tier by', approval.tierBecause.map(showControls).join('\n')],
    ['asked by', approval.askedBy],
    ['tainted by', approval.taintedBy && showControls(approval.taintedBy)],
    ['why', showControls(approval.why)],
    ['agent says', approval.agentSays && showControls(approval.agentSays)],
    ['touches', showControls(approval.blast)],
    ['undo', showControls(approval.reversible)],
    ['cost', showControls(approval.cost)],
    ['evidence', approval.evidence.map(showControls).join('\n')],
    ['deadline', approval.state === 'requested' ? `${dateTime(approval.deadline, zone)}, then: ${toDefault(approval)}` : null],
    ['held', approval.state === 'requested' && approval.heldFrom !== null ? `over the night; without that ${dateTime(approval.heldFrom, zone)}` : null],
    ['type', approval.state === 'requested' ? approval.confirm && `--confirm ${quote(approval.confirm)}` : null],
    ['editable', approval.editable.map(({ field, label }) => `${field}: ${showControls(label)}`).join('\n')],
    [
      'decided',
      approval.decidedAt === null
        ? null
        : `${dateTime(approval.decidedAt, zone)} by ${approval.decidedBy ?? 'nobody'}${approval.channel === null ? '' : ` (${approval.channel})`}`,
    ],
    ['chosen', approval.options.find((option) => option.id === approval.chosen)?.label],
    ['effective', approval.effectiveAt === null ? null : dateTime(approval.effectiveAt, zone)],
    ['reason', approval.reason && showControls(approval.reason)],
    ['outcome', approval.outcome && showControls(approval.outcome)],
    ['regretted', approval.regrettedAt === null ? null : dateTime(approval.regrettedAt, zone)],
    ['payload', approval.payloadHash],
  ])
  return [...facts, ...toOptionLines(approval), ...approval.previews.flatMap((preview) => ['', ...toPreviewLines(preview)])]
}

function toOptionLines({ options }: ApprovalView): string[] {
  if (options.length === 0) return []
  const rows = options.map(({ id, label, detail }, at): [string, string] => [
    `  --option ${id}`,
    showControls(`${label}${at === 0 ? ' (taken when none is named)' : ''}: ${detail}`),
  ])
  return ['', paint('bold', 'ways to approve'), ...toFacts(rows)]
}

/** What silence means, in words. */
const toDefault = ({ safeDefault, templateText }: ApprovalView): string =>
  safeDefault === 'deny' ? 'denied' : `these words are sent instead: ${showControls(templateText ?? '')}`

function toPreviewLines(preview: Preview): string[] {
  const head = (text: string) => paint('bold', showControls(text))
  const body = (text: string) => text.split('\n').map((line) => `  ${showControls(line)}`)
  switch (preview.kind) {
    case 'command':
      return [
        head(`command in ${preview.cwd}${preview.host ? ` on ${preview.host}` : ''}`),
        `  ${preview.argv.map(quote).join(' ')}`,
        ...(preview.path ? [`  program: ${showControls(preview.path)}`] : []),
      ]
    case 'mail':
      return [
        head(`mail: ${preview.subject}`),
        ...toFacts([
          ['  from', showControls(preview.from)],
          ['  to', preview.to.map(showControls).join(', ')],
          ['  cc', preview.cc.map(showControls).join(', ')],
        ]),
        ...body(preview.text),
      ]
    case 'post':
      return [head(`post as ${preview.account}`), ...body(preview.text)]
    case 'money':
      return [head(`${preview.amount} to ${preview.payee}`), `  ${showControls(preview.per)}`]
    case 'rows':
      return [head(`${preview.title}: ${preview.total} rows`), ...[preview.columns, ...preview.rows].map((row) => `  ${row.map(showControls).join(' | ')}`)]
    default:
      return [head(preview.title), ...body(preview.text)]
  }
}

const quote = (word: string): string => {
  const shown = showControls(word.replace(/\n/g, '\\n'))
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replace(/'/g, `'\\''`)}'`
}
