import type { ToolResult } from './conversation.ts'

/** One answer of the script: a few words, then what the agent's tools are asked to do. Without calls it is the last. */
export type Turn = { readonly text: string; readonly calls?: readonly Call[] }
export type Call =
  | { readonly name: 'write'; readonly input: { readonly path: string; readonly content: string } }
  | { readonly name: 'edit'; readonly input: { readonly path: string; readonly edits: readonly { readonly oldText: string; readonly newText: string }[] } }
  | { readonly name: 'read'; readonly input: { readonly path: string } }
  | { readonly name: 'bash'; readonly input: { readonly command: string; readonly timeout: number } }

export const write = (path: string, content: string): Call => ({ name: 'write', input: { path, content } })
export const edit = (path: string, oldText: string, newText: string): Call => ({ name: 'edit', input: { path, edits: [{ oldText, newText }] } })
export const read = (path: string): Call => ({ name: 'read', input: { path } })
export const bash = (command: string): Call => ({ name: 'bash', input: { command, timeout: 120 } })

/** The turn that is due after so many answers of tools. */
export function pick(turns: readonly Turn[], results: readonly ToolResult[]): Turn {
  let due = results.length
  for (const turn of turns) {
    const calls = turn.calls?.length ?? 0
    if (calls === 0 || due < calls) return turn
    due -= calls
  }
  return { text: 'REHEARSAL: there is nothing left to do.' }
}

/** How a run of `node --test` ended, read from its output; undefined when it says nothing of the kind. */
export function readTests(result: ToolResult | undefined): { passed: number; failed: number } | undefined {
  const figure = (word: string) => Number(new RegExp(`^(?:#|ℹ) ${word} (\\d+)`, 'm').exec(result?.text ?? '')?.[1] ?? Number.NaN)
  const passed = figure('pass')
  const failed = figure('fail')
  return Number.isNaN(passed) || Number.isNaN(failed) ? undefined : { passed, failed }
}

export function toVerdict(result: ToolResult | undefined, ok: string): string {
  const tests = readTests(result)
  if (!tests) return 'REHEARSAL: the tests could not be run, so I cannot say that it works.'
  if (tests.failed > 0) return `REHEARSAL: ${tests.failed} of ${tests.passed + tests.failed} tests still fail; this is not done.`
  return `REHEARSAL: ${ok} ${tests.passed} tests pass.`
}
