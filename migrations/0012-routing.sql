-- Why: which model does what is a choice that can be read afterwards with its reason and its outcome, and what a provider asked us to wait for outlives the engine.
ALTER TABLE provider ADD COLUMN billing TEXT NOT NULL DEFAULT 'metered' CHECK (billing IN ('metered', 'subscription', 'local'));
ALTER TABLE provider ADD COLUMN key_set_at INTEGER;

-- The owner's own word about a model; what has no row here goes by its price.
CREATE TABLE model_rule (
  ref        TEXT PRIMARY KEY,
  tier       TEXT CHECK (tier IN ('fast', 'mid', 'frontier', 'local')),
  enabled    INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE route_choice (
  id            TEXT PRIMARY KEY,
  at            INTEGER NOT NULL,
  attempt_id    TEXT,
  task_id       TEXT,
  session_id    TEXT,
  agent         TEXT NOT NULL,
  role          TEXT NOT NULL CHECK (role IN ('builder', 'reviewer', 'planner')),
  kind          TEXT CHECK (kind IN ('research', 'design', 'build', 'integrate', 'qa', 'deliver', 'work')),
  tier          TEXT NOT NULL CHECK (tier IN ('fast', 'mid', 'frontier', 'local')),
  asked         TEXT NOT NULL,
  chosen        TEXT NOT NULL,
  fallbacks     TEXT NOT NULL CHECK (json_valid(fallbacks)),
  reason        TEXT NOT NULL,
  candidates    TEXT NOT NULL CHECK (json_valid(candidates)),
  -- How it went. A builder's choice goes as its attempt does and is read there; these are for the others.
  outcome_state TEXT CHECK (outcome_state IN ('succeeded', 'failed', 'interrupted')),
  outcome_cost  INTEGER CHECK (outcome_cost >= 0),
  ended_at      INTEGER,
  CHECK ((outcome_state IS NULL) = (ended_at IS NULL) AND (outcome_state IS NULL) = (outcome_cost IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX route_choice_of_task ON route_choice (task_id, id) WHERE task_id IS NOT NULL;
CREATE INDEX route_choice_of_attempt ON route_choice (attempt_id, id) WHERE attempt_id IS NOT NULL;
CREATE INDEX route_choice_of_session ON route_choice (session_id, id) WHERE session_id IS NOT NULL;
CREATE INDEX route_choice_history ON route_choice (role, kind, id);

-- What rests, and until when; a circuit without a row is closed. '' stands for the provider as a whole.
CREATE TABLE circuit (
  provider TEXT NOT NULL,
  model    TEXT NOT NULL,
  state    TEXT NOT NULL CHECK (state IN ('open', 'quota', 'refused')),
  -- Null until the owner does something.
  until    INTEGER,
  -- How often it has opened without an answer in between: every time it rests longer.
  trips    INTEGER NOT NULL CHECK (trips >= 0),
  detail   TEXT NOT NULL,
  since    INTEGER NOT NULL,
  PRIMARY KEY (provider, model),
  CHECK ((state = 'refused') = (until IS NULL))
) STRICT, WITHOUT ROWID;
