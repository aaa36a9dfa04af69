-- Why: every model call is written down before it is made and billed once when it ends; sums are kept, not counted.
CREATE TABLE call (
  id             TEXT PRIMARY KEY,
  at             INTEGER NOT NULL,
  attempt_id     TEXT,
  task_id        TEXT,
  plan_id        TEXT,
  project        TEXT,
  agent          TEXT NOT NULL,
  provider       TEXT NOT NULL,
  model          TEXT NOT NULL,
  wire           TEXT NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('open', 'settled', 'failed')),
  input          INTEGER NOT NULL DEFAULT 0 CHECK (input >= 0),
  cache_read     INTEGER NOT NULL DEFAULT 0 CHECK (cache_read >= 0),
  cache_write    INTEGER NOT NULL DEFAULT 0 CHECK (cache_write >= 0),
  cache_write_1h INTEGER NOT NULL DEFAULT 0 CHECK (cache_write_1h BETWEEN 0 AND cache_write),
  output         INTEGER NOT NULL DEFAULT 0 CHECK (output >= 0),
  reasoning      INTEGER NOT NULL DEFAULT 0 CHECK (reasoning >= 0),
  -- What it is billed at: the provider's own figure where it gives one, else what the price list makes of the tokens.
  cost           INTEGER NOT NULL DEFAULT 0 CHECK (cost >= 0),
  computed_cost  INTEGER NOT NULL DEFAULT 0 CHECK (computed_cost >= 0),
  reported_cost  INTEGER CHECK (reported_cost >= 0),
  price_source   TEXT CHECK (price_source IN ('catalogue', 'override', 'ceiling', 'rehearsal')),
  confidence     TEXT NOT NULL CHECK (confidence IN ('exact', 'estimated', 'rehearsal')),
  status         INTEGER,
  latency_ms     INTEGER,
  ttft_ms        INTEGER,
  request_id     TEXT,
  -- For a bill when the engine dies before the answer does.
  request_bytes  INTEGER NOT NULL DEFAULT 0,
  -- What it is expected to cost, while it is under way: counted against the limits like money that is gone.
  held           INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0 AND (held = 0 OR state = 'open'))
) STRICT;
CREATE INDEX call_open ON call (id) WHERE state = 'open';
CREATE INDEX call_of_task ON call (task_id, id) WHERE task_id IS NOT NULL;
CREATE INDEX call_of_plan ON call (plan_id, id) WHERE plan_id IS NOT NULL;
CREATE INDEX call_by_time ON call (at, cost);

-- The spend of one clock hour, UTC; '' where a call belongs to no project or task.
CREATE TABLE spend_hour (
  hour        INTEGER NOT NULL,
  agent       TEXT NOT NULL,
  provider    TEXT NOT NULL,
  model       TEXT NOT NULL,
  project     TEXT NOT NULL,
  task_id     TEXT NOT NULL,
  calls       INTEGER NOT NULL,
  input       INTEGER NOT NULL,
  cache_read  INTEGER NOT NULL,
  cache_write INTEGER NOT NULL,
  output      INTEGER NOT NULL,
  cost        INTEGER NOT NULL,
  PRIMARY KEY (hour, agent, provider, model, project, task_id)
) STRICT, WITHOUT ROWID;
