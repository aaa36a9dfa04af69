-- Why: which rules held when an approval was asked for, what the owner allowed beforehand and how much of it is left, and his own words for customers.
CREATE TABLE policy_version (
  version     INTEGER PRIMARY KEY,
  sha256      TEXT NOT NULL,
  -- Name and text of every file, in the order in which they are read.
  files       TEXT NOT NULL CHECK (json_valid(files)),
  accepted_at INTEGER NOT NULL,
  accepted_by TEXT NOT NULL,
  note        TEXT NOT NULL
) STRICT;

CREATE TABLE playbook (
  id           TEXT PRIMARY KEY,
  name         TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('draft', 'active', 'used_up', 'expired', 'revoked')),
  origin       TEXT NOT NULL CHECK (origin IN ('owner', 'always', 'trust', 'incident')),
  because      TEXT NOT NULL,
  scope        TEXT NOT NULL CHECK (json_valid(scope)),
  max_uses     INTEGER NOT NULL CHECK (max_uses > 0),
  max_each     INTEGER NOT NULL CHECK (max_each BETWEEN 0 AND max_total),
  max_total    INTEGER NOT NULL,
  -- At most 30 days; an incident's at most 12 hours.
  life_ms      INTEGER NOT NULL CHECK (life_ms BETWEEN 1 AND 2592000000),
  uses         INTEGER NOT NULL CHECK (uses BETWEEN 0 AND max_uses),
  used         INTEGER NOT NULL CHECK (used BETWEEN 0 AND max_total),
  created_at   INTEGER NOT NULL,
  created_by   TEXT NOT NULL,
  activated_at INTEGER,
  expires_at   INTEGER,
  ended_at     INTEGER,
  last_used_at INTEGER,
  CHECK (origin <> 'incident' OR life_ms <= 43200000),
  CHECK ((activated_at IS NULL) = (expires_at IS NULL)),
  CHECK (expires_at <= activated_at + life_ms),
  CHECK ((state IN ('draft', 'active')) = (ended_at IS NULL)),
  -- Only what the owner put into force answers for him.
  CHECK (state IN ('draft', 'revoked') OR activated_at IS NOT NULL)
) STRICT;
CREATE INDEX playbook_active ON playbook (expires_at) WHERE state = 'active';

CREATE TABLE template (
  name       TEXT PRIMARY KEY,
  text       TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Everything that is counted about decisions stands in these two, so that no card is read for it.
CREATE INDEX approval_asked ON approval (requested_at, tier, state, action, asked_by, bundle_id, decided_at, decided_by, deadline, playbook_id, seen_ms, undone, regretted_at, rehearsal);
CREATE INDEX approval_shown ON approval (action, asked_by, requested_at, state, task_id, decided_by, regretted_at, rehearsal, amount_usd, project);
CREATE INDEX approval_seen ON approval (decided_at, seen_ms) WHERE tier = 'T2' AND seen_ms IS NOT NULL AND rehearsal = 0;
CREATE INDEX event_of_alarm ON event (at) WHERE type IN ('approval.drifted', 'approval.failed', 'approval.interrupted', 'approval.reminded', 'budget.crossed', 'budget.refused', 'channel.lost', 'circuit.opened', 'plan.failed', 'policy.rejected', 'release.failed', 'task.dead-lettered', 'velocity.exceeded');
-- What an approval went through, in order.
CREATE INDEX event_of_approval ON event (subject) WHERE type >= 'approval.' AND type < 'approval/';
