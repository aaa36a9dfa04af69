import { createInterface } from 'node:readline'

/** Where a question can be put and answered; undefined where nobody sits. */
export type Terminal = { readonly input: NodeJS.ReadStream; readonly output: NodeJS.WriteStream }
export type Reply = 'yes' | 'no' | 'nothing'

/** A line that is there sooner than a person can read the question was typed for something else. */
const TOO_SOON_MS = 400

export const toReply = (line: string): Reply => (/^y(es)?$/i.test(line.trim()) ? 'yes' : /^no?$/i.test(line.trim()) ? 'no' : 'nothing')

/** Asks once. Enter alone, the end of input and an abort are no answer. */
export function ask({ input, output }: Terminal, question: string, signal: AbortSignal): Promise<Reply> {
  if (signal.aborted) return Promise.resolve('nothing')
  const lines = createInterface({ input, output })
  const askedAt = Date.now()
  return new Promise<Reply>((reply) => {
    // Closing says "close" at once, which is no answer: the answer goes first.
    const end = (answer: Reply) => {
      reply(answer)
      lines.close()
    }
    lines.setPrompt(question)
    lines.prompt()
    lines.on('line', (line) => (Date.now() - askedAt < TOO_SOON_MS ? lines.prompt() : end(toReply(line))))
    lines.on('SIGINT', () => {
      end('nothing')
      // While a line is read, Ctrl+C reaches nobody but this process: an engine of ours has not been told.
      process.kill(process.pid, 'SIGTERM')
    })
    lines.once('close', () => reply('nothing'))
    signal.addEventListener('abort', () => end('nothing'), { once: true })
  })
}
