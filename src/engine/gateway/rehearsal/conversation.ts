/** What a request tells of the session it belongs to. The script remembers nothing: this is all it goes by. */
export type Conversation = {
  readonly role: string
  readonly task: string
  readonly attempt: number
  readonly prompt: string
  /** Answers of the agent's tools so far, oldest first: how far the work has come. */
  readonly results: readonly ToolResult[]
}
export type ToolResult = { readonly text: string; readonly failed: boolean }

type Block = { type?: string; text?: string; content?: unknown; is_error?: boolean }
type Message = { role?: string; content?: string | Block[] }

const MARK = /^\[REEF role=([a-z]+)(?: task=([A-Z][A-Z0-9]*))?(?: attempt=(\d+))?\]/m

/** Undefined when the first thing that was said does not carry REEF's mark. */
export function readConversation(body: { messages?: unknown }): Conversation | undefined {
  const messages = Array.isArray(body.messages) ? (body.messages as Message[]) : []
  const first = messages.find((message) => message?.role === 'user')
  const prompt = toText(first?.content)
  const mark = MARK.exec(prompt)
  if (!mark) return undefined
  const results = messages
    .filter((message) => message?.role === 'user')
    .flatMap((message) => (Array.isArray(message.content) ? message.content : []))
    .filter((block) => block.type === 'tool_result')
    .map((block) => ({ text: toText(block.content as Message['content']), failed: block.is_error === true }))
  return { role: mark[1] ?? '', task: mark[2] ?? '', attempt: Number(mark[3] ?? 1), prompt, results }
}

function toText(content: Message['content']): string {
  if (typeof content === 'string') return content
  return Array.isArray(content) ? content.flatMap((block) => (block.type === 'text' || block.type === undefined ? [block.text ?? ''] : [])).join('\n') : ''
}
