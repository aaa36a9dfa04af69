-- Why: what was said to the owner is written down with the message that says it, so that a crash neither loses nor repeats it; and a code stands for exactly what he was shown.
CREATE TABLE announcement (
  -- What was said, such as card:bun_… or done:plan_…: the same is never said twice.
  key     TEXT PRIMARY KEY,
  at      INTEGER NOT NULL,
  -- Of what happens outside, such as a phone call: when it had happened.
  done_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX announcement_undone ON announcement (key) WHERE done_at IS NULL;

-- A bundle that the owner's phone was told of.
CREATE TABLE card (
  bundle_id    TEXT PRIMARY KEY,
  told_at      INTEGER NOT NULL,
  -- Nothing of it is open: what has not left yet stays here. Null again when a decision is undone.
  withdrawn_at INTEGER,
  closed_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX card_open ON card (bundle_id) WHERE closed_at IS NULL;

-- A code and what it answers. It is never given out a second time.
CREATE TABLE reply_code (
  code      TEXT PRIMARY KEY,
  purpose   TEXT NOT NULL CHECK (purpose IN ('card', 'resume', 'allow')),
  bundle_id TEXT,
  -- Approvals in the order of their numbers, each with the hash that it had when the owner was told.
  members   TEXT NOT NULL CHECK (json_valid(members)),
  made_at   INTEGER NOT NULL,
  dies_at   INTEGER NOT NULL,
  ended_at  INTEGER,
  ended_by  TEXT CHECK (ended_by IN ('used', 'closed', 'changed')),
  CHECK ((purpose = 'card') = (bundle_id IS NOT NULL)),
  CHECK ((ended_at IS NULL) = (ended_by IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX reply_code_of_bundle ON reply_code (bundle_id, made_at) WHERE bundle_id IS NOT NULL;
CREATE INDEX reply_code_of_command ON reply_code (code) WHERE bundle_id IS NULL AND ended_at IS NULL;

-- Messages that carry a code: what a reaction or a quote to them is about.
CREATE TABLE card_message (
  message_id TEXT PRIMARY KEY,
  bundle_id  TEXT NOT NULL,
  code       TEXT NOT NULL REFERENCES reply_code (code)
) STRICT, WITHOUT ROWID;
CREATE INDEX card_message_of_bundle ON card_message (bundle_id, message_id);

-- Requests that were said, and not typed into a form: who said one waits for a word.
CREATE TABLE asked (
  request_id  TEXT PRIMARY KEY,
  channel     TEXT NOT NULL,
  incoming_id TEXT,
  at          INTEGER NOT NULL,
  answered_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX asked_open ON asked (at) WHERE answered_at IS NULL;

-- How far the journal was read for news.
CREATE TABLE news_read (
  id  INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL
) STRICT;
