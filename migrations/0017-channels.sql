-- Why: words to and from the owner's phone survive a crash on either side of the wire, and none of them counts twice.
CREATE TABLE channel (
  name             TEXT PRIMARY KEY CHECK (name IN ('openclaw', 'whatsapp', 'webhook')),
  config           TEXT NOT NULL CHECK (json_valid(config)),
  address          TEXT NOT NULL,
  paired_sender    TEXT,
  pairing_code     TEXT,
  pairing_until    INTEGER,
  -- Wrong codes since the pairing was opened: it is closed before somebody can try them all.
  pairing_misses   INTEGER NOT NULL DEFAULT 0 CHECK (pairing_misses >= 0),
  state            TEXT NOT NULL CHECK (state IN ('off', 'connecting', 'unproven', 'ready', 'not_linked', 'refused', 'down')),
  detail           TEXT NOT NULL,
  remedy           TEXT,
  since            INTEGER NOT NULL,
  -- Since when nothing gets through, once that was told: a restart does not tell it a second time.
  lost_at          INTEGER,
  last_sent_at     INTEGER,
  last_delivered_at INTEGER,
  last_received_at INTEGER,
  CHECK ((pairing_code IS NULL) = (pairing_until IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE message_out (
  id              TEXT PRIMARY KEY,
  channel         TEXT NOT NULL REFERENCES channel (name),
  -- What the other side recognises a repetition by; the same for the whole life of the row.
  idempotency_key TEXT NOT NULL UNIQUE,
  address         TEXT NOT NULL,
  kind            TEXT NOT NULL CHECK (kind IN ('approval', 'reminder', 'update', 'notice', 'answer', 'brief', 'pairing', 'test')),
  body            TEXT NOT NULL,
  buttons         TEXT NOT NULL CHECK (json_valid(buttons)),
  bundle_id       TEXT,
  reply_to        TEXT,
  -- template: the words as the provider takes them from one who was silent for a day.
  form            TEXT NOT NULL CHECK (form IN ('plain', 'template')),
  state           TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'accepted', 'queued_remote', 'unknown', 'delivered', 'read', 'failed', 'expired', 'withdrawn')),
  attempts        INTEGER NOT NULL CHECK (attempts >= 0),
  error           TEXT,
  remote_id       TEXT,
  created_at      INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,
  next_attempt_at INTEGER,
  sent_at         INTEGER,
  delivered_at    INTEGER,
  read_at         INTEGER,
  CHECK (next_attempt_at IS NULL OR state IN ('pending', 'unknown')),
  CHECK (state <> 'pending' OR next_attempt_at IS NOT NULL)
) STRICT;
CREATE INDEX message_out_due ON message_out (channel, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX message_out_of_bundle ON message_out (bundle_id, id) WHERE bundle_id IS NOT NULL;
CREATE INDEX message_out_remote ON message_out (channel, remote_id) WHERE remote_id IS NOT NULL;
-- What went out and was not heard of again.
CREATE INDEX message_out_silent ON message_out (channel, sent_at) WHERE state IN ('sending', 'accepted', 'queued_remote', 'unknown');
CREATE INDEX message_out_failed ON message_out (channel, created_at) WHERE state = 'failed';

CREATE TABLE message_in (
  channel     TEXT NOT NULL REFERENCES channel (name),
  remote_id   TEXT NOT NULL,
  id          TEXT NOT NULL UNIQUE,
  sender      TEXT NOT NULL,
  allowed     INTEGER NOT NULL CHECK (allowed IN (0, 1)),
  body        TEXT,
  button      TEXT,
  reaction    TEXT,
  replies_to  TEXT,
  forwarded   INTEGER NOT NULL CHECK (forwarded IN (0, 1)),
  edited      INTEGER NOT NULL CHECK (edited IN (0, 1)),
  at          INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('received', 'answered', 'ignored')),
  outcome     TEXT,
  PRIMARY KEY (channel, remote_id),
  -- Nobody but the owner is answered.
  CHECK (allowed = 1 OR state = 'ignored')
) STRICT, WITHOUT ROWID;
CREATE INDEX message_in_open ON message_in (id) WHERE state = 'received';
-- Of those only the last are kept: anybody may write to a number.
CREATE INDEX message_in_strange ON message_in (channel, id) WHERE allowed = 0;
CREATE INDEX message_in_answers ON message_in (replies_to) WHERE replies_to IS NOT NULL;
