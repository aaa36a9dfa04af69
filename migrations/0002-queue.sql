-- Why: the durable queue: requests, plans, tasks with leases and fencing tokens, and their attempts.
CREATE TABLE request (
  id              TEXT PRIMARY KEY,
  text            TEXT NOT NULL,
  project         TEXT NOT NULL,
  budget          INTEGER NOT NULL CHECK (budget > 0),
  review          INTEGER NOT NULL CHECK (review IN (0, 1)),
  rehearsal       INTEGER NOT NULL CHECK (rehearsal IN (0, 1)),
  plan_file       TEXT CHECK (plan_file IS NULL OR json_valid(plan_file)),
  idempotency_key TEXT UNIQUE,
  state           TEXT NOT NULL CHECK (state IN ('planning', 'planned', 'failed')),
  error           TEXT,
  plan_id         TEXT,
  actor           TEXT NOT NULL,
  created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX request_planning ON request (created_at) WHERE state = 'planning';

CREATE TABLE plan (
  id         TEXT PRIMARY KEY,
  request_id TEXT NOT NULL REFERENCES request (id),
  project_id TEXT NOT NULL,
  project    TEXT NOT NULL,
  title      TEXT NOT NULL,
  text       TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('draft', 'running', 'done', 'failed', 'cancelled')),
  rehearsal  INTEGER NOT NULL CHECK (rehearsal IN (0, 1)),
  source     TEXT NOT NULL CHECK (source IN ('model', 'template', 'file', 'rehearsal')),
  branch     TEXT NOT NULL,
  budget     INTEGER NOT NULL CHECK (budget > 0),
  spent      INTEGER NOT NULL DEFAULT 0,
  endpoint   TEXT,
  tasks      INTEGER NOT NULL DEFAULT 0,
  done       INTEGER NOT NULL DEFAULT 0,
  stuck      INTEGER NOT NULL DEFAULT 0,
  ended      INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at   INTEGER
) STRICT;
CREATE INDEX plan_by_state ON plan (state, id);

CREATE TABLE task (
  id           TEXT PRIMARY KEY,
  plan_id      TEXT NOT NULL REFERENCES plan (id),
  key          TEXT NOT NULL,
  title        TEXT NOT NULL,
  instructions TEXT NOT NULL,
  agent        TEXT NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('research', 'design', 'build', 'integrate', 'qa', 'deliver', 'work')),
  tier         TEXT NOT NULL CHECK (tier IN ('fast', 'mid', 'frontier', 'local')),
  options      TEXT NOT NULL CHECK (json_valid(options)),
  outputs      TEXT NOT NULL CHECK (json_valid(outputs)),
  depends_on   TEXT NOT NULL CHECK (json_valid(depends_on)),
  unmet        INTEGER NOT NULL CHECK (unmet >= 0),
  priority     INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 4),
  state        TEXT NOT NULL CHECK (state IN ('draft', 'pending', 'ready', 'claimed', 'running', 'awaiting_input', 'review', 'done', 'failed', 'dead_letter', 'cancelled', 'skipped')),
  -- Ready time minus the priority's head start: a low priority grows urgent by waiting, and the order needs no recomputing.
  rank         INTEGER NOT NULL DEFAULT 0,
  wait_reason  TEXT CHECK (wait_reason IN ('dependency', 'approval', 'budget', 'slot', 'compute', 'breaker', 'quota', 'backoff', 'conflict', 'paused', 'draining', 'disk')),
  wait_detail  TEXT,
  wait_owner   TEXT CHECK (wait_owner IN ('engine', 'owner')),
  wait_until   INTEGER,
  attempts     INTEGER NOT NULL DEFAULT 0,
  attempt_id   TEXT,
  session_id   TEXT,
  approval_id  TEXT,
  driver       TEXT,
  model        TEXT,
  budget       INTEGER NOT NULL CHECK (budget > 0),
  spent        INTEGER NOT NULL DEFAULT 0,
  error        TEXT,
  worker       TEXT,
  fence        INTEGER NOT NULL DEFAULT 0,
  lease_until  INTEGER,
  created_at   INTEGER NOT NULL,
  ready_at     INTEGER,
  started_at   INTEGER,
  ended_at     INTEGER,
  UNIQUE (plan_id, key)
) STRICT;
-- One seek finds a lane's most urgent task, whatever else is delayed, blocked or busy; equal ranks in the order of birth.
CREATE INDEX task_ready ON task (agent, rank) WHERE state = 'ready';
-- What is held, waits for the owner or failed, and whose lease has run out: one index for both, because every claim pays for each.
CREATE INDEX task_open ON task (state, lease_until) WHERE state <> 'ready' AND state <> 'pending' AND state <> 'done' AND state <> 'cancelled';
CREATE INDEX task_delayed ON task (wait_until) WHERE state = 'pending' AND wait_until IS NOT NULL;

CREATE TABLE dependency (
  task_id   TEXT NOT NULL REFERENCES task (id),
  needs_id  TEXT NOT NULL REFERENCES task (id),
  PRIMARY KEY (task_id, needs_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dependency_of ON dependency (needs_id);

CREATE TABLE attempt (
  id         TEXT PRIMARY KEY,
  task_id    TEXT NOT NULL REFERENCES task (id),
  n          INTEGER NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'interrupted', 'timed_out', 'killed_budget', 'cancelled')),
  step       TEXT NOT NULL CHECK (step IN ('same model', 'adjusted prompt', 'fallback model')),
  agent      TEXT NOT NULL,
  driver     TEXT NOT NULL,
  model      TEXT NOT NULL,
  session_id TEXT,
  branch     TEXT,
  base_sha   TEXT,
  head_sha   TEXT,
  error      TEXT,
  spent      INTEGER NOT NULL DEFAULT 0,
  started_at INTEGER NOT NULL,
  ended_at   INTEGER,
  UNIQUE (task_id, n)
) STRICT, WITHOUT ROWID;

-- Counts that a screen reads at any size in no time: kept by trigger, never counted.
CREATE TABLE task_count (
  agent TEXT NOT NULL,
  state TEXT NOT NULL,
  n     INTEGER NOT NULL,
  PRIMARY KEY (state, agent)
) STRICT, WITHOUT ROWID;
-- No IN below: SQLite builds a temporary table for every list of more than two, on every change of every task.
CREATE TRIGGER task_counted_insert AFTER INSERT ON task BEGIN
  UPDATE plan
     SET tasks = tasks + 1,
         done  = done + (NEW.state = 'done'),
         stuck = stuck + (NEW.state = 'failed' OR NEW.state = 'dead_letter' OR NEW.state = 'awaiting_input'),
         ended = ended + (NEW.state = 'done' OR NEW.state = 'failed' OR NEW.state = 'dead_letter' OR NEW.state = 'cancelled' OR NEW.state = 'skipped')
   WHERE id = NEW.plan_id;
  INSERT INTO task_count (agent, state, n) VALUES (NEW.agent, NEW.state, 1) ON CONFLICT (state, agent) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER task_counted_update AFTER UPDATE OF state, agent ON task WHEN OLD.state <> NEW.state OR OLD.agent <> NEW.agent BEGIN
  UPDATE task_count SET n = n - 1 WHERE state = OLD.state AND agent = OLD.agent;
  INSERT INTO task_count (agent, state, n) VALUES (NEW.agent, NEW.state, 1) ON CONFLICT (state, agent) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER plan_counted_update AFTER UPDATE OF state ON task
WHEN (NEW.state = 'done') <> (OLD.state = 'done')
  OR (NEW.state = 'failed' OR NEW.state = 'dead_letter' OR NEW.state = 'awaiting_input') <> (OLD.state = 'failed' OR OLD.state = 'dead_letter' OR OLD.state = 'awaiting_input')
  OR (NEW.state = 'failed' OR NEW.state = 'dead_letter' OR NEW.state = 'cancelled' OR NEW.state = 'skipped') <> (OLD.state = 'failed' OR OLD.state = 'dead_letter' OR OLD.state = 'cancelled' OR OLD.state = 'skipped') BEGIN
  UPDATE plan
     SET done  = done + (NEW.state = 'done') - (OLD.state = 'done'),
         stuck = stuck + (NEW.state = 'failed' OR NEW.state = 'dead_letter' OR NEW.state = 'awaiting_input')
                       - (OLD.state = 'failed' OR OLD.state = 'dead_letter' OR OLD.state = 'awaiting_input'),
         ended = ended + (NEW.state = 'done' OR NEW.state = 'failed' OR NEW.state = 'dead_letter' OR NEW.state = 'cancelled' OR NEW.state = 'skipped')
                       - (OLD.state = 'done' OR OLD.state = 'failed' OR OLD.state = 'dead_letter' OR OLD.state = 'cancelled' OR OLD.state = 'skipped')
   WHERE id = NEW.plan_id;
END;
