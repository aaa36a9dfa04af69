-- Why: what needs the owner's word is a durable row bound to a hash of exactly what will be done.
CREATE TABLE approval (
  id             TEXT PRIMARY KEY,
  plan_id        TEXT,
  task_id        TEXT,
  correlation_id TEXT NOT NULL,
  action         TEXT NOT NULL,
  tier           TEXT NOT NULL CHECK (tier IN ('T0', 'T1', 'T2', 'T3')),
  state          TEXT NOT NULL CHECK (state IN ('requested', 'approved', 'denied', 'executing', 'executed', 'expired', 'superseded', 'drifted')),
  card           TEXT NOT NULL CHECK (json_valid(card)),
  payload        TEXT NOT NULL,
  payload_hash   TEXT NOT NULL,
  asked_by       TEXT NOT NULL,
  safe_default   TEXT NOT NULL CHECK (safe_default IN ('deny', 'approve')),
  rehearsal      INTEGER NOT NULL CHECK (rehearsal IN (0, 1)),
  requested_at   INTEGER NOT NULL,
  deadline       INTEGER NOT NULL,
  decided_at     INTEGER,
  decided_by     TEXT,
  channel        TEXT,
  reason         TEXT,
  effective_at   INTEGER,
  -- The requester can never be the one who decides.
  CHECK (decided_by IS NULL OR decided_by <> asked_by)
) STRICT;
CREATE INDEX approval_open ON approval (deadline) WHERE state IN ('requested', 'approved', 'executing');
CREATE INDEX approval_of_task ON approval (task_id, id);
