-- Why: "done" is what the gate saw on exactly this commit; the database itself refuses a task that ends without it.
CREATE TABLE evidence (
  id          TEXT PRIMARY KEY,
  attempt_id  TEXT NOT NULL REFERENCES attempt (id),
  task_id     TEXT NOT NULL REFERENCES task (id),
  head_sha    TEXT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('commit', 'file', 'command', 'review', 'probe')),
  name        TEXT NOT NULL,
  verdict     TEXT NOT NULL CHECK (verdict IN ('passed', 'failed', 'waived')),
  exit_code   INTEGER,
  duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
  hash        TEXT NOT NULL,
  summary     TEXT NOT NULL,
  model       TEXT,
  at          INTEGER NOT NULL,
  -- A gate that goes on after a crash finds what it has checked already.
  UNIQUE (attempt_id, head_sha, kind, name)
) STRICT;
CREATE INDEX evidence_verdict ON evidence (attempt_id, head_sha, verdict);
CREATE INDEX evidence_of_task ON evidence (task_id, id);

-- On the queue's hot path: one look at the attempt by its key, then one seek each in evidence_verdict.
CREATE TRIGGER task_done_needs_evidence BEFORE UPDATE OF state ON task WHEN NEW.state = 'done' AND OLD.state <> 'done' BEGIN
  SELECT RAISE(ABORT, 'done needs evidence')
   WHERE NOT EXISTS (SELECT 1 FROM attempt a JOIN evidence e ON e.attempt_id = a.id AND e.head_sha = a.head_sha AND e.verdict = 'passed' WHERE a.id = NEW.attempt_id)
      OR EXISTS (SELECT 1 FROM attempt a JOIN evidence e ON e.attempt_id = a.id AND e.head_sha = a.head_sha AND e.verdict = 'failed' WHERE a.id = NEW.attempt_id);
END;
CREATE TRIGGER evidence_is_kept_update BEFORE UPDATE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END;
CREATE TRIGGER evidence_is_kept_delete BEFORE DELETE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence is never removed'); END;
-- C-17: nobody reviews his own work, whatever the program above believes.
CREATE TRIGGER reviewer_is_another BEFORE INSERT ON evidence WHEN NEW.kind = 'review' AND NEW.verdict <> 'waived' BEGIN
  SELECT RAISE(ABORT, 'the reviewer is the builder')
   WHERE NEW.model IS NULL OR NEW.model = (SELECT model FROM attempt WHERE id = NEW.attempt_id);
END;
