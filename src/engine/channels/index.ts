export { type Channels, type ChannelsDeps, createChannels } from './channels.ts'
export type { Outgoing } from './outbox.ts'
