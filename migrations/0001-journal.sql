-- Why: every change is recorded in the transaction that makes it, and a later edit of the record shows.
CREATE TABLE event (
  seq            INTEGER PRIMARY KEY,
  id             TEXT NOT NULL,
  type           TEXT NOT NULL,
  at             INTEGER NOT NULL,
  actor          TEXT NOT NULL,
  subject        TEXT NOT NULL,
  correlation_id TEXT,
  data           TEXT NOT NULL,
  hash           TEXT NOT NULL
) STRICT;
-- A merge is looked up by its plan before it is made again. Nothing else is found by subject: an index over all events costs every change a page.
CREATE INDEX event_of_merge ON event (subject) WHERE type = 'branch.merged';
CREATE TRIGGER event_is_append_only_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER event_is_append_only_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
