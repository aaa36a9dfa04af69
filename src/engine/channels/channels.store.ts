import type { ChannelState, Instant } from '../../contract/index.ts'
import type { WriteDb } from '../store/index.ts'
import type { PhoneChannel } from './channel.ts'

export type ChannelRow = {
  name: PhoneChannel
  config: string
  address: string
  paired_sender: string | null
  pairing_code: string | null
  pairing_until: Instant | null
  pairing_misses: number
  state: ChannelState
  detail: string
  remedy: string | null
  since: Instant
  lost_at: Instant | null
  last_sent_at: Instant | null
  last_delivered_at: Instant | null
  last_received_at: Instant | null
}

const columns =
  'name, config, address, paired_sender, pairing_code, pairing_until, pairing_misses, state, detail, remedy, since, lost_at, last_sent_at, last_delivered_at, last_received_at'

export function createChannelsStore(db: WriteDb) {
  const put = db.prepare<ChannelRow>(
    `INSERT INTO channel (${columns}) VALUES (:name, :config, :address, :paired_sender, :pairing_code, :pairing_until, :pairing_misses, :state, :detail,
      :remedy, :since, :lost_at, :last_sent_at, :last_delivered_at, :last_received_at)
      ON CONFLICT (name) DO UPDATE SET config = excluded.config, address = excluded.address, paired_sender = excluded.paired_sender,
        pairing_code = excluded.pairing_code, pairing_until = excluded.pairing_until, pairing_misses = excluded.pairing_misses, state = excluded.state,
        detail = excluded.detail, remedy = excluded.remedy, since = excluded.since, lost_at = excluded.lost_at, last_sent_at = excluded.last_sent_at,
        last_delivered_at = excluded.last_delivered_at, last_received_at = excluded.last_received_at`,
  )
  const byName = db.prepare<{ name: string }, ChannelRow>(`SELECT ${columns} FROM channel WHERE name = :name`)
  const all = db.prepare<[], ChannelRow>(`SELECT ${columns} FROM channel ORDER BY name`)
  return {
    put: (row: ChannelRow) => void put.run(row),
    byName: (name: PhoneChannel) => byName.get({ name }),
    all: () => all.all(),
  }
}
export type ChannelsStore = ReturnType<typeof createChannelsStore>
