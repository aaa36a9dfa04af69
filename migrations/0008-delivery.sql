-- Why: a deployed version is a row that says what should run, so that a restart of the engine finds the product or starts it again.
CREATE TABLE release (
  id           TEXT PRIMARY KEY,
  plan_id      TEXT NOT NULL REFERENCES plan (id),
  task_id      TEXT NOT NULL REFERENCES task (id),
  project      TEXT NOT NULL,
  target       TEXT NOT NULL CHECK (target IN ('local')),
  state        TEXT NOT NULL CHECK (state IN ('starting', 'healthy', 'unhealthy', 'stopped', 'failed')),
  commit_sha   TEXT NOT NULL,
  payload_hash TEXT NOT NULL,
  port         INTEGER,
  url          TEXT,
  session_id   TEXT,
  pid          INTEGER,
  last_status  INTEGER,
  latency_ms   INTEGER,
  checked_at   INTEGER,
  error        TEXT,
  rehearsal    INTEGER NOT NULL CHECK (rehearsal IN (0, 1)),
  started_at   INTEGER NOT NULL,
  ended_at     INTEGER
) STRICT;
-- One commit of one task is live once, however often it is asked for; after a failure it may be tried again.
CREATE UNIQUE INDEX release_once ON release (plan_id, task_id, commit_sha) WHERE state IN ('starting', 'healthy', 'unhealthy');
CREATE INDEX release_live ON release (project, id) WHERE state IN ('starting', 'healthy', 'unhealthy');
CREATE INDEX release_of_project ON release (project, id);
CREATE INDEX release_of_plan ON release (plan_id, id);
