-- Why: an agent that spends out of all proportion is given no work until the owner has looked, also after a restart.
CREATE TABLE agent_pause (
  name   TEXT PRIMARY KEY,
  at     INTEGER NOT NULL,
  by     TEXT NOT NULL CHECK (by IN ('owner', 'velocity', 'no-progress')),
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which of several ways to say yes was taken.
ALTER TABLE approval ADD COLUMN chosen TEXT;
