-- Why: the launch of every program is written down before it happens, so that a crash can be told from a program that never ran.
CREATE TABLE session (
  id             TEXT PRIMARY KEY,
  attempt_id     TEXT,
  task_id        TEXT,
  plan_id        TEXT,
  role           TEXT NOT NULL CHECK (role IN ('builder', 'reviewer', 'planner', 'product', 'gate')),
  title          TEXT NOT NULL,
  agent          TEXT NOT NULL,
  driver         TEXT NOT NULL CHECK (driver IN ('claude-code', 'codex', 'pi', 'direct', 'command')),
  model          TEXT,
  state          TEXT NOT NULL CHECK (state IN ('launching', 'running', 'ended', 'lost')),
  -- Value of REEF_ATTEMPT in the environment of everything that the session starts.
  mark           TEXT NOT NULL,
  -- With the pid these name one process for ever: pids are used again.
  pid            INTEGER,
  start_ticks    TEXT,
  exit_code      INTEGER,
  verdict        TEXT CHECK (verdict IN ('succeeded', 'failed', 'interrupted', 'timed_out', 'killed_budget', 'cancelled')),
  outcome        TEXT,
  last_line      TEXT,
  units          INTEGER NOT NULL DEFAULT 0 CHECK (units >= 0),
  last_output_at INTEGER,
  started_at     INTEGER NOT NULL,
  ended_at       INTEGER,
  CHECK ((state IN ('ended', 'lost')) = (ended_at IS NOT NULL AND verdict IS NOT NULL))
) STRICT;
CREATE INDEX session_running ON session (id) WHERE state IN ('launching', 'running');
CREATE INDEX session_of_task ON session (task_id, id);
