import { formatMoney, toNanodollars } from '../contract/money.ts'
import { usageFailure } from './failure.ts'
import { readLine } from './read-line.ts'

type Raise = {
  /** Such as "the whole factory, a day". */
  readonly what: string
  /** Undefined when nothing is known of the limit as it is: then every amount is a raise. */
  readonly fromUsd: number | undefined
  readonly toUsd: number
  /** What the refusal names. */
  readonly field: string
}

/** The limit that holds everything is raised by nobody in passing: the amount is typed once more on a terminal, or --yes has said that a script means it. */
export async function confirmRaise({ what, fromUsd, toUsd, field }: Raise): Promise<void> {
  if (fromUsd !== undefined && toUsd <= fromUsd) return
  const from = fromUsd === undefined ? '' : ` from ${formatMoney(toNanodollars(fromUsd))}`
  const question = `This raises the limit of ${what},${from} to ${formatMoney(toNanodollars(toUsd))}.`
  const refuse = (message: string) => usageFailure(message, { field, remedy: 'type the amount on a terminal when asked, or say --yes' })
  if (!process.stdin.isTTY) throw refuse(question)
  const typed = await readLine({ input: process.stdin, output: process.stderr }, `${question} Type the amount to go on: `)
  if (typed.trim() === '' || Number(typed.replace(/[$,\s]/g, '')) !== toUsd) throw refuse('The limit stays as it is: the amount was not typed.')
}
