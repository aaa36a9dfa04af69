export type BridgeEvent = {
  messageId?: string
  content?: string
  channel?: string
  senderId?: string
  isGroup?: boolean
  replyToId?: string
  replyToBody?: string
  timestamp?: number
  forwarded?: boolean
  edited?: boolean
}
export type BridgeContext = { channelId?: string; accountId?: string; conversationId?: string; messageId?: string; senderId?: string }
export type Reason = 'named' | 'code' | 'quoted'
export type PostAnswer = { kind: 'taken' | 'left' | 'unreachable' } | { kind: 'refused'; status: number }
export type Post = (posted: object) => Promise<PostAnswer>
export type Spool = { keep(posted: object): boolean; flush(post: Post): Promise<void> }

export function findReason(event: BridgeEvent, options?: { everything?: boolean }): Reason | undefined
export function toPosted(why: Reason, event: BridgeEvent, context: BridgeContext): object
export function sign(body: string, secret: string, seconds?: number): Record<string, string>
export function createPost(settings: { url: string; secret: () => string }): Post
export function createSpool(dir: string): Spool
export function createClaim(settings: {
  post: Post
  spool: Spool
  channels?: string[]
  everything?: boolean
  warn: (text: string) => void
}): (event: BridgeEvent, context: BridgeContext) => Promise<{ handled: true; text?: string } | undefined>
