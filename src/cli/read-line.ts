import { createInterface } from 'node:readline'
import type { Terminal } from './ask.ts'

/** Asks for one line. The end of input and Ctrl+C are an empty one. */
export function readLine({ input, output }: Terminal, question: string): Promise<string> {
  const lines = createInterface({ input, output })
  return new Promise<string>((answer) => {
    lines.once('SIGINT', () => lines.close())
    lines.once('close', () => answer(''))
    lines.question(question, (line) => {
      answer(line)
      lines.close()
    })
  })
}
