import { formatMoney } from '../contract/money.ts'
import type { TaskView, Wait } from '../contract/queue.ts'
import { taskWords, waitWords } from '../contract/words.ts'
import { shortId } from './find.ts'
import { labelled, stateWord } from './label.ts'
import { clockTime } from './local-time.ts'
import { toTable } from './table.ts'

/** Tasks as both `plan show` and `task list` print them. */
export const toTaskTable = (tasks: readonly TaskView[], rehearsals: ReadonlySet<string> = new Set()): string[] =>
  toTable(
    tasks,
    [
      { head: 'task', cell: (task) => shortId(task.id) },
      { head: 'key', cell: (task) => task.key },
      { head: 'state', cell: (task) => stateWord(taskWords[task.state]) },
      { head: 'agent', cell: (task) => task.agent },
      { head: 'tries', cell: (task) => `${task.attempts}/${task.maxAttempts}`, align: 'right' },
      { head: 'spent', cell: (task) => formatMoney(task.spent), align: 'right' },
      { head: 'title', cell: (task) => labelled(task.title, rehearsals.has(task.planId)), max: 48 },
      { head: 'note', cell: (task) => task.error ?? (task.wait ? toWait(task.wait) : ''), max: 80 },
    ],
    'No tasks.',
  )

/** A wait in words. The instant is shown where a zone is known. */
export function toWait({ reason, detail, until }: Wait, zone?: string): string {
  const words = waitWords[reason]
  const what = detail && detail !== words ? (detail.startsWith(words) ? detail : `${words}: ${detail}`) : words
  return until !== null && zone !== undefined ? `${what}, until ${clockTime(until, zone)}` : what
}
