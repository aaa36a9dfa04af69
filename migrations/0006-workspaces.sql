-- Why: which repositories REEF works on, which attempt owns which worktree (nothing else may remove it), and what tasks produced, by hash.
CREATE TABLE project (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE,
  path        TEXT NOT NULL UNIQUE,
  registered  INTEGER NOT NULL CHECK (registered IN (0, 1)),
  main_branch TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  -- Null while the repository is being made: the row is the intent, and a half-made repository is finished from it.
  ready_at    INTEGER
) STRICT;

CREATE TABLE worktree (
  attempt_id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES project (id),
  path       TEXT NOT NULL UNIQUE,
  branch     TEXT NOT NULL,
  start_sha  TEXT NOT NULL,
  base_sha   TEXT NOT NULL,
  opened_at  INTEGER NOT NULL,
  -- Null while it is being made: until then no agent has been in it and it may be made anew.
  ready_at   INTEGER,
  closed_at  INTEGER,
  UNIQUE (project_id, branch)
) STRICT;
CREATE INDEX worktree_open ON worktree (opened_at) WHERE closed_at IS NULL;

CREATE TABLE artifact (
  id         TEXT PRIMARY KEY,
  plan_id    TEXT NOT NULL REFERENCES plan (id),
  task_id    TEXT NOT NULL REFERENCES task (id),
  attempt_id TEXT NOT NULL REFERENCES attempt (id),
  path       TEXT NOT NULL,
  sha256     TEXT NOT NULL,
  bytes      INTEGER NOT NULL CHECK (bytes >= 0),
  media_type TEXT NOT NULL,
  at         INTEGER NOT NULL,
  UNIQUE (attempt_id, path, sha256)
) STRICT;
CREATE INDEX artifact_of_plan ON artifact (plan_id, id);
CREATE INDEX artifact_of_task ON artifact (task_id, id);
