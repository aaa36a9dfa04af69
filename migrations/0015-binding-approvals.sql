-- Why: an approval knows the rules it was asked under, the run that asked, the bundle it came in, its clocks, and what became of it.
CREATE TABLE approver (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO approver (id, name, created_at) VALUES ('owner', 'the owner', 0);

CREATE TABLE bundle (
  id             TEXT PRIMARY KEY,
  correlation_id TEXT NOT NULL,
  opened_at      INTEGER NOT NULL,
  -- Until then whatever belongs to the same matter joins it before anybody is told.
  closes_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX bundle_of_matter ON bundle (correlation_id, opened_at);

CREATE TABLE approval_next (
  id              TEXT PRIMARY KEY,
  bundle_id       TEXT NOT NULL REFERENCES bundle (id),
  plan_id         TEXT,
  task_id         TEXT,
  attempt_id      TEXT,
  session_id      TEXT,
  correlation_id  TEXT NOT NULL,
  -- One question, however often it is put: the newest row with this key is its answer.
  idempotency_key TEXT NOT NULL,
  action          TEXT NOT NULL,
  tier            TEXT NOT NULL CHECK (tier IN ('T0', 'T1', 'T2', 'T3')),
  tier_because    TEXT NOT NULL CHECK (json_valid(tier_because)),
  policy_version  INTEGER NOT NULL,
  amount_usd      REAL NOT NULL CHECK (amount_usd >= 0),
  tainted_by      TEXT,
  project         TEXT,
  state           TEXT NOT NULL CHECK (state IN ('requested', 'approved', 'denied', 'executing', 'executed', 'failed', 'interrupted', 'expired', 'superseded', 'voided', 'drifted')),
  card            TEXT NOT NULL CHECK (json_valid(card)),
  payload         TEXT NOT NULL,
  payload_hash    TEXT NOT NULL,
  -- Of the effect as it was asked for; the owner may have put it in other words since.
  asked_hash      TEXT NOT NULL,
  asked_by        TEXT NOT NULL,
  safe_default    TEXT NOT NULL CHECK (safe_default IN ('deny', 'template')),
  template_text   TEXT,
  irreversible    INTEGER NOT NULL CHECK (irreversible IN (0, 1)),
  rehearsal       INTEGER NOT NULL CHECK (rehearsal IN (0, 1)),
  requested_at    INTEGER NOT NULL,
  deadline        INTEGER NOT NULL,
  held_from       INTEGER,
  reminded50_at   INTEGER,
  reminded90_at   INTEGER,
  snoozed_until   INTEGER,
  decided_at      INTEGER,
  decided_by      TEXT,
  channel         TEXT,
  reason          TEXT,
  playbook_id     TEXT,
  seen_ms         INTEGER,
  previews_seen   INTEGER,
  undone          INTEGER NOT NULL CHECK (undone >= 0),
  effective_at    INTEGER,
  ended_at        INTEGER,
  outcome         TEXT,
  regretted_at    INTEGER,
  chosen          TEXT,
  -- The requester can never be the one who decides.
  CHECK (decided_by IS NULL OR decided_by <> asked_by),
  CHECK (decided_by IS NULL OR decided_by <> 'agent:' || asked_by),
  -- What is never authorised beforehand never was.
  CHECK (playbook_id IS NULL OR tier <> 'T3'),
  CHECK ((safe_default = 'template') = (template_text IS NOT NULL))
) STRICT;

INSERT INTO bundle (id, correlation_id, opened_at, closes_at)
  SELECT 'bun_' || substr(id, 5), correlation_id, requested_at, requested_at FROM approval;
INSERT INTO approval_next (id, bundle_id, plan_id, task_id, correlation_id, idempotency_key, action, tier, tier_because, policy_version, amount_usd, state, card, payload,
    payload_hash, asked_hash, asked_by, safe_default, irreversible, rehearsal, requested_at, deadline, decided_at, decided_by, channel, reason, undone, effective_at, chosen)
  SELECT id, 'bun_' || substr(id, 5), plan_id, task_id, correlation_id, coalesce(task_id, id) || ':' || action, action, tier, '[]', 0, 0, state, card, payload,
    payload_hash, payload_hash, asked_by, 'deny', 0, rehearsal, requested_at, deadline, decided_at, decided_by, channel, reason, 0, effective_at, chosen FROM approval;
DROP TABLE approval;
ALTER TABLE approval_next RENAME TO approval;

CREATE INDEX approval_of_bundle ON approval (bundle_id, id);
CREATE INDEX approval_open ON approval (deadline) WHERE state IN ('requested', 'approved', 'executing');
-- Its newest row is the last one written.
CREATE INDEX approval_of_key ON approval (idempotency_key);
CREATE INDEX approval_of_run ON approval (session_id) WHERE state IN ('requested', 'approved');
CREATE INDEX approval_of_task ON approval (task_id) WHERE state IN ('requested', 'approved');
CREATE INDEX approval_of_attempt ON approval (attempt_id, id) WHERE attempt_id IS NOT NULL;
