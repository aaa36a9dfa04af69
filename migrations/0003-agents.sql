-- Why: agent files are the owner's; the database keeps each content that was ever judged, so that the last good one stays in force.
CREATE TABLE agent_version (
  id          INTEGER PRIMARY KEY,
  file        TEXT NOT NULL,
  name        TEXT,
  sha256      TEXT NOT NULL,
  content     TEXT NOT NULL,
  verdict     TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected')),
  line        INTEGER,
  message     TEXT,
  accepted_at INTEGER,
  CHECK ((verdict = 'accepted') = (accepted_at IS NOT NULL AND name IS NOT NULL)),
  CHECK ((verdict = 'rejected') = (message IS NOT NULL))
) STRICT;
CREATE INDEX agent_version_of_file ON agent_version (file, verdict, id);
