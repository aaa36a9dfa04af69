import type { ApprovalId, BundleId, IncomingView, Instant, MessageView, RequestId } from '../../contract/index.ts'
import type { WriteDb } from '../store/index.ts'

export type CodePurpose = 'card' | 'resume' | 'allow'
export type CodeEnd = 'used' | 'closed' | 'changed'
export type Told = { readonly id: ApprovalId; readonly hash: string }

/** A code, and what it was given out for. */
export type ReplyCode = {
  readonly code: string
  readonly purpose: CodePurpose
  readonly bundleId: BundleId | null
  readonly members: readonly Told[]
  readonly madeAt: Instant
  readonly diesAt: Instant
  readonly endedAt: Instant | null
  readonly endedBy: CodeEnd | null
}
export type CardRow = { readonly bundleId: BundleId; readonly toldAt: Instant; readonly withdrawnAt: Instant | null }
export type AskedRow = {
  readonly requestId: RequestId
  readonly channel: string
  readonly incomingId: IncomingView['id'] | null
  readonly at: Instant
}

type CodeRow = {
  code: string
  purpose: CodePurpose
  bundle_id: BundleId | null
  members: string
  made_at: Instant
  dies_at: Instant
  ended_at: Instant | null
  ended_by: CodeEnd | null
}
const codeColumns = 'code, purpose, bundle_id, members, made_at, dies_at, ended_at, ended_by'
const toCode = (row: CodeRow): ReplyCode => ({
  code: row.code,
  purpose: row.purpose,
  bundleId: row.bundle_id,
  members: JSON.parse(row.members),
  madeAt: row.made_at,
  diesAt: row.dies_at,
  endedAt: row.ended_at,
  endedBy: row.ended_by,
})

export function createConversationStore(db: WriteDb) {
  const announce = db.prepare<{ key: string; at: Instant; done_at: Instant | null }>(
    'INSERT INTO announcement (key, at, done_at) VALUES (:key, :at, :done_at) ON CONFLICT (key) DO NOTHING',
  )
  const said = db.prepare<{ key: string }, { at: Instant }>('SELECT at FROM announcement WHERE key = :key')
  const undone = db.prepare<[], { key: string }>('SELECT key FROM announcement WHERE done_at IS NULL')
  const finish = db.prepare<{ key: string; at: Instant }>('UPDATE announcement SET done_at = :at WHERE key = :key AND done_at IS NULL')

  const insertCard = db.prepare<{ bundle_id: BundleId; at: Instant }>(
    'INSERT INTO card (bundle_id, told_at) VALUES (:bundle_id, :at) ON CONFLICT (bundle_id) DO UPDATE SET closed_at = NULL, withdrawn_at = NULL',
  )
  const card = db.prepare<{ bundle_id: BundleId }, { bundleId: BundleId; toldAt: Instant; withdrawnAt: Instant | null }>(
    'SELECT bundle_id AS bundleId, told_at AS toldAt, withdrawn_at AS withdrawnAt FROM card WHERE bundle_id = :bundle_id',
  )
  const openCards = db.prepare<[], { bundleId: BundleId; toldAt: Instant; withdrawnAt: Instant | null }>(
    'SELECT bundle_id AS bundleId, told_at AS toldAt, withdrawn_at AS withdrawnAt FROM card WHERE closed_at IS NULL',
  )
  const markCard = db.prepare<{ bundle_id: BundleId; withdrawn_at: Instant | null; closed_at: Instant | null }>(
    'UPDATE card SET withdrawn_at = :withdrawn_at, closed_at = :closed_at WHERE bundle_id = :bundle_id',
  )

  const insertCode = db.prepare<Omit<CodeRow, 'ended_at' | 'ended_by'>>(
    `INSERT INTO reply_code (code, purpose, bundle_id, members, made_at, dies_at) VALUES (:code, :purpose, :bundle_id, :members, :made_at, :dies_at)`,
  )
  const code = db.prepare<{ code: string }, CodeRow>(`SELECT ${codeColumns} FROM reply_code WHERE code = :code`)
  const codesOf = db.prepare<{ bundle_id: BundleId }, CodeRow>(`SELECT ${codeColumns} FROM reply_code WHERE bundle_id = :bundle_id ORDER BY made_at, code`)
  const endCode = db.prepare<{ code: string; at: Instant; by: CodeEnd }>(
    'UPDATE reply_code SET ended_at = :at, ended_by = :by WHERE code = :code AND ended_at IS NULL',
  )
  const endCodes = db.prepare<{ bundle_id: BundleId; at: Instant; by: CodeEnd }>(
    'UPDATE reply_code SET ended_at = :at, ended_by = :by WHERE bundle_id = :bundle_id AND ended_at IS NULL',
  )

  // reply_code_of_command: its condition, word for word.
  const endCommandCodes = db.prepare<{ at: Instant }>("UPDATE reply_code SET ended_at = :at, ended_by = 'closed' WHERE bundle_id IS NULL AND ended_at IS NULL")

  const insertMessage = db.prepare<{ message_id: string; bundle_id: BundleId; code: string }>(
    'INSERT INTO card_message (message_id, bundle_id, code) VALUES (:message_id, :bundle_id, :code)',
  )
  const codeOfMessage = db.prepare<{ message_id: string }, { code: string }>('SELECT code FROM card_message WHERE message_id = :message_id')
  const messagesOf = db.prepare<{ bundle_id: BundleId }, { id: MessageView['id']; code: string }>(
    'SELECT message_id AS id, code FROM card_message WHERE bundle_id = :bundle_id ORDER BY message_id',
  )

  const insertAsked = db.prepare<{ request_id: string; channel: string; incoming_id: string | null; at: Instant; answered_at: Instant | null }>(
    'INSERT INTO asked (request_id, channel, incoming_id, at, answered_at) VALUES (:request_id, :channel, :incoming_id, :at, :answered_at) ON CONFLICT (request_id) DO NOTHING',
  )
  const asked = db.prepare<{ request_id: string }, AskedRow>(
    'SELECT request_id AS requestId, channel, incoming_id AS incomingId, at FROM asked WHERE request_id = :request_id',
  )
  const openAsked = db.prepare<[], AskedRow>(
    'SELECT request_id AS requestId, channel, incoming_id AS incomingId, at FROM asked WHERE answered_at IS NULL ORDER BY at',
  )
  const answerAsked = db.prepare<{ request_id: string; at: Instant }>(
    'UPDATE asked SET answered_at = :at WHERE request_id = :request_id AND answered_at IS NULL',
  )

  const readSeq = db.prepare<[], { seq: number }>('SELECT seq FROM news_read WHERE id = 1')
  const setSeq = db.prepare<{ seq: number }>('INSERT INTO news_read (id, seq) VALUES (1, :seq) ON CONFLICT (id) DO UPDATE SET seq = :seq')

  return {
    /** False when it was said before. An `intent` is something outside that still has to happen. */
    announce: (key: string, at: Instant, what: 'said' | 'intent' = 'said'): boolean =>
      announce.run({ key, at, done_at: what === 'said' ? at : null }).changes === 1,
    saidAt: (key: string): Instant | undefined => said.get({ key })?.at,
    /** Intents that did not come to their end. */
    undone: (): string[] => undone.all().map(({ key }) => key),
    finish: (key: string, at: Instant): void => void finish.run({ key, at }),

    openCard: (bundleId: BundleId, at: Instant): void => void insertCard.run({ bundle_id: bundleId, at }),
    card: (bundleId: BundleId): CardRow | undefined => card.get({ bundle_id: bundleId }),
    openCards: (): CardRow[] => openCards.all(),
    withdrawCard: (bundleId: BundleId, at: Instant | null): void => void markCard.run({ bundle_id: bundleId, withdrawn_at: at, closed_at: null }),
    closeCard: (bundleId: BundleId, at: Instant): void => void markCard.run({ bundle_id: bundleId, withdrawn_at: at, closed_at: at }),

    insertCode: (row: Omit<ReplyCode, 'endedAt' | 'endedBy'>): void =>
      void insertCode.run({
        code: row.code,
        purpose: row.purpose,
        bundle_id: row.bundleId,
        members: JSON.stringify(row.members),
        made_at: row.madeAt,
        dies_at: row.diesAt,
      }),
    code(text: string): ReplyCode | undefined {
      const row = code.get({ code: text })
      return row && toCode(row)
    },
    codesOf: (bundleId: BundleId): ReplyCode[] => codesOf.all({ bundle_id: bundleId }).map(toCode),
    endCode: (text: string, by: CodeEnd, at: Instant): void => void endCode.run({ code: text, at, by }),
    endCodesOf: (bundleId: BundleId, by: CodeEnd, at: Instant): void => void endCodes.run({ bundle_id: bundleId, at, by }),

    /** What was asked a second time for, and not said yet. */
    endCommandCodes: (at: Instant): void => void endCommandCodes.run({ at }),

    noteMessage: (messageId: string, bundleId: BundleId, of: string): void => void insertMessage.run({ message_id: messageId, bundle_id: bundleId, code: of }),
    codeOfMessage: (messageId: string): string | undefined => codeOfMessage.get({ message_id: messageId })?.code,
    messagesOf: (bundleId: BundleId) => messagesOf.all({ bundle_id: bundleId }),

    noteAsked: (requestId: RequestId, more: { channel: string; incomingId: IncomingView['id'] | null; at: Instant }): void =>
      void insertAsked.run({ request_id: requestId, channel: more.channel, incoming_id: more.incomingId, at: more.at, answered_at: null }),
    asked: (requestId: string): AskedRow | undefined => asked.get({ request_id: requestId }),
    /** Who still waits for a first word, the longest first. */
    openAsked: (): AskedRow[] => openAsked.all(),
    answerAsked: (requestId: string, at: Instant): void => void answerAsked.run({ request_id: requestId, at }),

    readSeq: (): number | undefined => readSeq.get()?.seq,
    setSeq: (seq: number): void => void setSeq.run({ seq }),
  }
}
export type ConversationStore = ReturnType<typeof createConversationStore>
