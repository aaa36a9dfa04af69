-- Why: what Meta delivered waits here until REEF has it on its own disk.
CREATE TABLE IF NOT EXISTS inbox (
  seq       INTEGER PRIMARY KEY AUTOINCREMENT,
  signature TEXT NOT NULL,
  body      TEXT NOT NULL,
  at        INTEGER NOT NULL
);
