import type { ApprovalView, Preview } from '../contract/approvals.ts'
import { approvalWords } from '../contract/words.ts'
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
    ['action', `${approval.action} (${approval.tier})`],
    ['asked by', approval.askedBy],
    ['why', showControls(approval.why)],
    ['touches', showControls(approval.blast)],
    ['undo', showControls(approval.reversible)],
    ['cost', showControls(approval.cost)],
    ['evidence', approval.evidence.map(showControls).join('\n')],
    ['deadline', approval.state === 'requested' ? `${dateTime(approval.deadline, zone)}, then: ${approval.safeDefault}` : null],
    ['decided', approval.decidedAt === null ? null : `${dateTime(approval.decidedAt, zone)} by ${approval.decidedBy ?? 'nobody'}`],
    ['chosen', approval.options.find((option) => option.id === approval.chosen)?.label],
    ['effective', approval.effectiveAt === null ? null : dateTime(approval.effectiveAt, zone)],
    ['reason', approval.reason],
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

function toPreviewLines(preview: Preview): string[] {
  if (preview.kind === 'command') return [paint('bold', `command in ${showControls(preview.cwd)}`), `  ${preview.argv.map(quote).join(' ')}`]
  return [paint('bold', showControls(preview.title)), ...preview.text.split('\n').map((line) => `  ${showControls(line)}`)]
}

const quote = (word: string): string => {
  const shown = showControls(word.replace(/\n/g, '\\n'))
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replace(/'/g, `'\\''`)}'`
}
