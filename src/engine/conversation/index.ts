export { type Conversation, createConversation } from './conversation.ts'
export type { Acts, Cards, ConversationDeps, Phones, Reads, Urgency } from './deps.ts'
