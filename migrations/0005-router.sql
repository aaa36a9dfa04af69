-- Why: where models are reached. Keys are not here: they live in a file that only the owner can read, or in the environment.
CREATE TABLE provider (
  name       TEXT PRIMARY KEY,
  wire       TEXT NOT NULL CHECK (wire IN ('anthropic', 'openai-responses', 'openai-chat', 'ollama')),
  base_url   TEXT NOT NULL,
  rehearsal  INTEGER NOT NULL CHECK (rehearsal IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
