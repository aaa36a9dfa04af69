export { type Channels, type ChannelsDeps, createChannels } from './channels.ts'
export { messageMoves } from './message.ts'
export type { Outgoing } from './outbox.ts'
