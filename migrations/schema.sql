-- Why: the schema as all migrations together make it, to be read; nothing runs this file. Written by scripts/schema.mjs.

CREATE TABLE adjustment (
  id         TEXT PRIMARY KEY,
  at         INTEGER NOT NULL,
  charged_at INTEGER NOT NULL,
  provider   TEXT NOT NULL,
  call_id    TEXT REFERENCES call (id),
  amount     INTEGER NOT NULL,
  reason     TEXT NOT NULL,
  actor      TEXT NOT NULL
) STRICT;

CREATE INDEX adjustment_by_charge ON adjustment (charged_at);

CREATE TRIGGER adjustment_is_final BEFORE UPDATE ON adjustment
BEGIN SELECT RAISE(ABORT, 'a correction is never changed'); END;

CREATE TRIGGER adjustment_is_kept BEFORE DELETE ON adjustment
BEGIN SELECT RAISE(ABORT, 'a correction is never deleted'); END;

CREATE TABLE agent_pause (
  name   TEXT PRIMARY KEY,
  at     INTEGER NOT NULL,
  by     TEXT NOT NULL CHECK (by IN ('owner', 'velocity', 'no-progress')),
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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

CREATE TABLE announcement (
  -- What was said, such as card:bun_… or done:plan_…: the same is never said twice.
  key     TEXT PRIMARY KEY,
  at      INTEGER NOT NULL,
  -- Of what happens outside, such as a phone call: when it had happened.
  done_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX announcement_undone ON announcement (key) WHERE done_at IS NULL;

CREATE TABLE "approval" (
  id              TEXT PRIMARY KEY,
  bundle_id       TEXT NOT NULL REFERENCES bundle (id),
  plan_id         TEXT,
  task_id         TEXT,
  attempt_id      TEXT,
  session_id      TEXT,
  correlation_id  TEXT NOT NULL,
  -- One question, however often it is put: the newest row with this key is its answer.
  idempotency_key TEXT NOT NULL,
  action          TEXT NOT NULL,
  tier            TEXT NOT NULL CHECK (tier IN ('T0', 'T1', 'T2', 'T3')),
  tier_because    TEXT NOT NULL CHECK (json_valid(tier_because)),
  policy_version  INTEGER NOT NULL,
  amount_usd      REAL NOT NULL CHECK (amount_usd >= 0),
  tainted_by      TEXT,
  project         TEXT,
  state           TEXT NOT NULL CHECK (state IN ('requested', 'approved', 'denied', 'executing', 'executed', 'failed', 'interrupted', 'expired', 'superseded', 'voided', 'drifted')),
  card            TEXT NOT NULL CHECK (json_valid(card)),
  payload         TEXT NOT NULL,
  payload_hash    TEXT NOT NULL,
  -- Of the effect as it was asked for; the owner may have put it in other words since.
  asked_hash      TEXT NOT NULL,
  asked_by        TEXT NOT NULL,
  safe_default    TEXT NOT NULL CHECK (safe_default IN ('deny', 'template')),
  template_text   TEXT,
  irreversible    INTEGER NOT NULL CHECK (irreversible IN (0, 1)),
  rehearsal       INTEGER NOT NULL CHECK (rehearsal IN (0, 1)),
  requested_at    INTEGER NOT NULL,
  deadline        INTEGER NOT NULL,
  held_from       INTEGER,
  reminded50_at   INTEGER,
  reminded90_at   INTEGER,
  snoozed_until   INTEGER,
  decided_at      INTEGER,
  decided_by      TEXT,
  channel         TEXT,
  reason          TEXT,
  playbook_id     TEXT,
  seen_ms         INTEGER,
  previews_seen   INTEGER,
  undone          INTEGER NOT NULL CHECK (undone >= 0),
  effective_at    INTEGER,
  ended_at        INTEGER,
  outcome         TEXT,
  regretted_at    INTEGER,
  chosen          TEXT,
  -- The requester can never be the one who decides.
  CHECK (decided_by IS NULL OR decided_by <> asked_by),
  CHECK (decided_by IS NULL OR decided_by <> 'agent:' || asked_by),
  -- What is never authorised beforehand never was.
  CHECK (playbook_id IS NULL OR tier <> 'T3'),
  CHECK ((safe_default = 'template') = (template_text IS NOT NULL))
) STRICT;

CREATE INDEX approval_asked ON approval (requested_at, tier, state, action, asked_by, bundle_id, decided_at, decided_by, deadline, playbook_id, seen_ms, undone, regretted_at, rehearsal);

CREATE INDEX approval_of_attempt ON approval (attempt_id, id) WHERE attempt_id IS NOT NULL;

CREATE INDEX approval_of_bundle ON approval (bundle_id, id);

CREATE INDEX approval_of_key ON approval (idempotency_key);

CREATE INDEX approval_of_run ON approval (session_id) WHERE state IN ('requested', 'approved');

CREATE INDEX approval_of_task ON approval (task_id) WHERE state IN ('requested', 'approved');

CREATE INDEX approval_open ON approval (deadline) WHERE state IN ('requested', 'approved', 'executing');

CREATE INDEX approval_seen ON approval (decided_at, seen_ms) WHERE tier = 'T2' AND seen_ms IS NOT NULL AND rehearsal = 0;

CREATE INDEX approval_shown ON approval (action, asked_by, requested_at, state, task_id, decided_by, regretted_at, rehearsal, amount_usd, project);

CREATE TABLE approver (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

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

CREATE TABLE asked (
  request_id  TEXT PRIMARY KEY,
  channel     TEXT NOT NULL,
  incoming_id TEXT,
  at          INTEGER NOT NULL,
  answered_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX asked_open ON asked (at) WHERE answered_at IS NULL;

CREATE TABLE attempt (
  id         TEXT PRIMARY KEY,
  task_id    TEXT NOT NULL REFERENCES task (id),
  n          INTEGER NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'interrupted', 'timed_out', 'killed_budget', 'cancelled')),
  step       TEXT NOT NULL CHECK (step IN ('same model', 'adjusted prompt', 'fallback model')),
  agent      TEXT NOT NULL,
  driver     TEXT NOT NULL,
  model      TEXT NOT NULL,
  session_id TEXT,
  branch     TEXT,
  base_sha   TEXT,
  head_sha   TEXT,
  error      TEXT,
  spent      INTEGER NOT NULL DEFAULT 0,
  started_at INTEGER NOT NULL,
  ended_at   INTEGER,
  UNIQUE (task_id, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE budget (
  scope      TEXT NOT NULL CHECK (scope IN ('call', 'attempt', 'task', 'plan', 'agent', 'team', 'project', 'global')),
  subject    TEXT NOT NULL,
  period     TEXT NOT NULL CHECK (period IN ('call', 'day', 'month', 'total')),
  soft       INTEGER CHECK (soft > 0),
  hard       INTEGER NOT NULL CHECK (hard > 0),
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (scope, subject, period)
) STRICT, WITHOUT ROWID;

CREATE TABLE bundle (
  id             TEXT PRIMARY KEY,
  correlation_id TEXT NOT NULL,
  opened_at      INTEGER NOT NULL,
  -- Until then whatever belongs to the same matter joins it before anybody is told.
  closes_at      INTEGER NOT NULL
) STRICT;

CREATE INDEX bundle_of_matter ON bundle (correlation_id, opened_at);

CREATE TABLE call (
  id             TEXT PRIMARY KEY,
  at             INTEGER NOT NULL,
  attempt_id     TEXT,
  task_id        TEXT,
  plan_id        TEXT,
  project        TEXT,
  agent          TEXT NOT NULL,
  provider       TEXT NOT NULL,
  model          TEXT NOT NULL,
  wire           TEXT NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('open', 'settled', 'failed')),
  input          INTEGER NOT NULL DEFAULT 0 CHECK (input >= 0),
  cache_read     INTEGER NOT NULL DEFAULT 0 CHECK (cache_read >= 0),
  cache_write    INTEGER NOT NULL DEFAULT 0 CHECK (cache_write >= 0),
  cache_write_1h INTEGER NOT NULL DEFAULT 0 CHECK (cache_write_1h BETWEEN 0 AND cache_write),
  output         INTEGER NOT NULL DEFAULT 0 CHECK (output >= 0),
  reasoning      INTEGER NOT NULL DEFAULT 0 CHECK (reasoning >= 0),
  -- What it is billed at: the provider's own figure where it gives one, else what the price list makes of the tokens.
  cost           INTEGER NOT NULL DEFAULT 0 CHECK (cost >= 0),
  computed_cost  INTEGER NOT NULL DEFAULT 0 CHECK (computed_cost >= 0),
  reported_cost  INTEGER CHECK (reported_cost >= 0),
  price_source   TEXT CHECK (price_source IN ('catalogue', 'override', 'ceiling', 'rehearsal')),
  confidence     TEXT NOT NULL CHECK (confidence IN ('exact', 'estimated', 'rehearsal')),
  status         INTEGER,
  latency_ms     INTEGER,
  ttft_ms        INTEGER,
  request_id     TEXT,
  -- For a bill when the engine dies before the answer does.
  request_bytes  INTEGER NOT NULL DEFAULT 0,
  -- What it is expected to cost, while it is under way: counted against the limits like money that is gone.
  held           INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0 AND (held = 0 OR state = 'open'))
, session_id TEXT, team TEXT NOT NULL DEFAULT 'factory', billing TEXT NOT NULL DEFAULT 'metered' CHECK (billing IN ('metered', 'subscription', 'local')), list_cost INTEGER NOT NULL DEFAULT 0 CHECK (list_cost >= 0), web_searches INTEGER NOT NULL DEFAULT 0 CHECK (web_searches >= 0), service TEXT NOT NULL DEFAULT 'standard' CHECK (service IN ('standard', 'batch', 'flex', 'priority')), price_id INTEGER REFERENCES price (id), reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0), reserved_list INTEGER NOT NULL DEFAULT 0 CHECK (reserved_list >= 0), envelopes TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(envelopes))) STRICT;

CREATE INDEX call_by_time ON call (at, cost);

CREATE INDEX call_doubtful ON call (at, cost, confidence, price_source) WHERE state <> 'open' AND (confidence = 'estimated' OR price_source = 'ceiling');

CREATE INDEX call_of_plan ON call (plan_id, id) WHERE plan_id IS NOT NULL;

CREATE INDEX call_of_task ON call (task_id, id) WHERE task_id IS NOT NULL;

CREATE INDEX call_open ON call (id) WHERE state = 'open';

CREATE TRIGGER call_is_final BEFORE UPDATE ON call
BEGIN SELECT RAISE(ABORT, 'a bill is never changed'); END;

CREATE TRIGGER call_is_kept BEFORE DELETE ON call
BEGIN SELECT RAISE(ABORT, 'a bill is never deleted'); END;

CREATE TABLE card (
  bundle_id    TEXT PRIMARY KEY,
  told_at      INTEGER NOT NULL,
  -- Nothing of it is open: what has not left yet stays here. Null again when a decision is undone.
  withdrawn_at INTEGER,
  closed_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX card_open ON card (bundle_id) WHERE closed_at IS NULL;

CREATE TABLE card_message (
  message_id TEXT PRIMARY KEY,
  bundle_id  TEXT NOT NULL,
  code       TEXT NOT NULL REFERENCES reply_code (code)
) STRICT, WITHOUT ROWID;

CREATE INDEX card_message_of_bundle ON card_message (bundle_id, message_id);

CREATE TABLE channel (
  name             TEXT PRIMARY KEY CHECK (name IN ('openclaw', 'whatsapp', 'webhook')),
  config           TEXT NOT NULL CHECK (json_valid(config)),
  address          TEXT NOT NULL,
  paired_sender    TEXT,
  pairing_code     TEXT,
  pairing_until    INTEGER,
  -- Wrong codes since the pairing was opened: it is closed before somebody can try them all.
  pairing_misses   INTEGER NOT NULL DEFAULT 0 CHECK (pairing_misses >= 0),
  state            TEXT NOT NULL CHECK (state IN ('off', 'connecting', 'unproven', 'ready', 'not_linked', 'refused', 'down')),
  detail           TEXT NOT NULL,
  remedy           TEXT,
  since            INTEGER NOT NULL,
  -- Since when nothing gets through, once that was told: a restart does not tell it a second time.
  lost_at          INTEGER,
  last_sent_at     INTEGER,
  last_delivered_at INTEGER,
  last_received_at INTEGER,
  CHECK ((pairing_code IS NULL) = (pairing_until IS NULL))
) STRICT, WITHOUT ROWID;

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

CREATE TABLE dependency (
  task_id   TEXT NOT NULL REFERENCES task (id),
  needs_id  TEXT NOT NULL REFERENCES task (id),
  PRIMARY KEY (task_id, needs_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX dependency_of ON dependency (needs_id);

CREATE TABLE envelope (
  id           INTEGER PRIMARY KEY,
  scope        TEXT NOT NULL CHECK (scope IN ('attempt', 'task', 'plan', 'agent', 'team', 'project', 'global')),
  subject      TEXT NOT NULL,
  period       TEXT NOT NULL CHECK (period IN ('day', 'month', 'total')),
  -- First instant of the day or month in the owner's zone; 0 for a limit that is never reset.
  window_start INTEGER NOT NULL,
  -- cash, or by the list: what a subscription or a local model uses up has a limit too.
  measure      TEXT NOT NULL CHECK (measure IN ('cash', 'list')),
  spent        INTEGER NOT NULL,
  held         INTEGER NOT NULL CHECK (held >= 0),
  -- What the owner was told already: the highest mark in per cent, the soft limit, the forecast, and the limit whose refusal it was.
  mark         INTEGER NOT NULL DEFAULT 0,
  told_soft    INTEGER NOT NULL DEFAULT 0 CHECK (told_soft IN (0, 1)),
  told_ahead   INTEGER NOT NULL DEFAULT 0 CHECK (told_ahead IN (0, 1)),
  told_refusal INTEGER,
  UNIQUE (scope, subject, period, window_start)
) STRICT;

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

CREATE INDEX event_of_alarm ON event (at) WHERE type IN ('approval.drifted', 'approval.failed', 'approval.interrupted', 'approval.reminded', 'budget.crossed', 'budget.refused', 'channel.lost', 'circuit.opened', 'plan.failed', 'policy.rejected', 'release.failed', 'task.dead-lettered', 'velocity.exceeded');

CREATE INDEX event_of_approval ON event (subject) WHERE type >= 'approval.' AND type < 'approval/';

CREATE INDEX event_of_merge ON event (subject) WHERE type = 'branch.merged';

CREATE TRIGGER event_is_append_only_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER event_is_append_only_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

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

CREATE INDEX evidence_of_task ON evidence (task_id, id);

CREATE INDEX evidence_verdict ON evidence (attempt_id, head_sha, verdict);

CREATE TRIGGER evidence_is_kept_delete BEFORE DELETE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence is never removed'); END;

CREATE TRIGGER evidence_is_kept_update BEFORE UPDATE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END;

CREATE TRIGGER reviewer_is_another BEFORE INSERT ON evidence WHEN NEW.kind = 'review' AND NEW.verdict <> 'waived' BEGIN
  SELECT RAISE(ABORT, 'the reviewer is the builder')
   WHERE NEW.model IS NULL OR NEW.model = (SELECT model FROM attempt WHERE id = NEW.attempt_id);
END;

CREATE TABLE message_in (
  channel     TEXT NOT NULL REFERENCES channel (name),
  remote_id   TEXT NOT NULL,
  id          TEXT NOT NULL UNIQUE,
  sender      TEXT NOT NULL,
  allowed     INTEGER NOT NULL CHECK (allowed IN (0, 1)),
  body        TEXT,
  button      TEXT,
  reaction    TEXT,
  replies_to  TEXT,
  forwarded   INTEGER NOT NULL CHECK (forwarded IN (0, 1)),
  edited      INTEGER NOT NULL CHECK (edited IN (0, 1)),
  at          INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('received', 'answered', 'ignored')),
  outcome     TEXT,
  PRIMARY KEY (channel, remote_id),
  -- Nobody but the owner is answered.
  CHECK (allowed = 1 OR state = 'ignored')
) STRICT, WITHOUT ROWID;

CREATE INDEX message_in_answers ON message_in (replies_to) WHERE replies_to IS NOT NULL;

CREATE INDEX message_in_open ON message_in (id) WHERE state = 'received';

CREATE INDEX message_in_strange ON message_in (channel, id) WHERE allowed = 0;

CREATE TABLE message_out (
  id              TEXT PRIMARY KEY,
  channel         TEXT NOT NULL REFERENCES channel (name),
  -- What the other side recognises a repetition by; the same for the whole life of the row.
  idempotency_key TEXT NOT NULL UNIQUE,
  address         TEXT NOT NULL,
  kind            TEXT NOT NULL CHECK (kind IN ('approval', 'reminder', 'update', 'notice', 'answer', 'brief', 'pairing', 'test')),
  body            TEXT NOT NULL,
  buttons         TEXT NOT NULL CHECK (json_valid(buttons)),
  bundle_id       TEXT,
  reply_to        TEXT,
  -- template: the words as the provider takes them from one who was silent for a day.
  form            TEXT NOT NULL CHECK (form IN ('plain', 'template')),
  state           TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'accepted', 'queued_remote', 'unknown', 'delivered', 'read', 'failed', 'expired', 'withdrawn')),
  attempts        INTEGER NOT NULL CHECK (attempts >= 0),
  error           TEXT,
  remote_id       TEXT,
  created_at      INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,
  next_attempt_at INTEGER,
  sent_at         INTEGER,
  delivered_at    INTEGER,
  read_at         INTEGER,
  CHECK (next_attempt_at IS NULL OR state IN ('pending', 'unknown')),
  CHECK (state <> 'pending' OR next_attempt_at IS NOT NULL)
) STRICT;

CREATE INDEX message_out_due ON message_out (channel, next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE INDEX message_out_failed ON message_out (channel, created_at) WHERE state = 'failed';

CREATE INDEX message_out_of_bundle ON message_out (bundle_id, id) WHERE bundle_id IS NOT NULL;

CREATE INDEX message_out_remote ON message_out (channel, remote_id) WHERE remote_id IS NOT NULL;

CREATE INDEX message_out_silent ON message_out (channel, sent_at) WHERE state IN ('sending', 'accepted', 'queued_remote', 'unknown');

CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT;

CREATE TABLE model_rule (
  ref        TEXT PRIMARY KEY,
  tier       TEXT CHECK (tier IN ('fast', 'mid', 'frontier', 'local')),
  enabled    INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE news_read (
  id  INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL
) STRICT;

CREATE TABLE plan (
  id         TEXT PRIMARY KEY,
  request_id TEXT NOT NULL REFERENCES request (id),
  project_id TEXT NOT NULL,
  project    TEXT NOT NULL,
  title      TEXT NOT NULL,
  text       TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('draft', 'running', 'done', 'failed', 'cancelled')),
  rehearsal  INTEGER NOT NULL CHECK (rehearsal IN (0, 1)),
  source     TEXT NOT NULL CHECK (source IN ('model', 'template', 'file', 'rehearsal')),
  branch     TEXT NOT NULL,
  budget     INTEGER NOT NULL CHECK (budget > 0),
  spent      INTEGER NOT NULL DEFAULT 0,
  endpoint   TEXT,
  tasks      INTEGER NOT NULL DEFAULT 0,
  done       INTEGER NOT NULL DEFAULT 0,
  stuck      INTEGER NOT NULL DEFAULT 0,
  ended      INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at   INTEGER
) STRICT;

CREATE INDEX plan_by_state ON plan (state, id);

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

CREATE TABLE policy_version (
  version     INTEGER PRIMARY KEY,
  sha256      TEXT NOT NULL,
  -- Name and text of every file, in the order in which they are read.
  files       TEXT NOT NULL CHECK (json_valid(files)),
  accepted_at INTEGER NOT NULL,
  accepted_by TEXT NOT NULL,
  note        TEXT NOT NULL
) STRICT;

CREATE TABLE price (
  id       INTEGER PRIMARY KEY,
  provider TEXT NOT NULL,
  model    TEXT NOT NULL,
  source   TEXT NOT NULL CHECK (source IN ('catalogue', 'override', 'ceiling', 'rehearsal')),
  -- Which edition of its source it comes from.
  version  TEXT NOT NULL,
  -- Dollars for a million tokens, and the tiers, as price.ts reads them.
  rates    TEXT NOT NULL CHECK (json_valid(rates)),
  at       INTEGER NOT NULL,
  UNIQUE (provider, model, source, version, rates)
) STRICT;

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

CREATE TABLE provider (
  name       TEXT PRIMARY KEY,
  wire       TEXT NOT NULL CHECK (wire IN ('anthropic', 'openai-responses', 'openai-chat', 'ollama')),
  base_url   TEXT NOT NULL,
  rehearsal  INTEGER NOT NULL CHECK (rehearsal IN (0, 1)),
  created_at INTEGER NOT NULL
, billing TEXT NOT NULL DEFAULT 'metered' CHECK (billing IN ('metered', 'subscription', 'local')), key_set_at INTEGER) STRICT, WITHOUT ROWID;

CREATE TABLE release (
  id           TEXT PRIMARY KEY,
  plan_id      TEXT NOT NULL REFERENCES plan (id),
  task_id      TEXT NOT NULL REFERENCES task (id),
  project      TEXT NOT NULL,
  target       TEXT NOT NULL CHECK (target IN ('local')),
  state        TEXT NOT NULL CHECK (state IN ('starting', 'healthy', 'unhealthy', 'stopped', 'failed')),
  commit_sha   TEXT NOT NULL,
  payload_hash TEXT NOT NULL,
  port         INTEGER,
  url          TEXT,
  session_id   TEXT,
  pid          INTEGER,
  last_status  INTEGER,
  latency_ms   INTEGER,
  checked_at   INTEGER,
  error        TEXT,
  rehearsal    INTEGER NOT NULL CHECK (rehearsal IN (0, 1)),
  started_at   INTEGER NOT NULL,
  ended_at     INTEGER
) STRICT;

CREATE INDEX release_live ON release (project, id) WHERE state IN ('starting', 'healthy', 'unhealthy');

CREATE INDEX release_of_plan ON release (plan_id, id);

CREATE INDEX release_of_project ON release (project, id);

CREATE UNIQUE INDEX release_once ON release (plan_id, task_id, commit_sha) WHERE state IN ('starting', 'healthy', 'unhealthy');

CREATE TABLE reply_code (
  code      TEXT PRIMARY KEY,
  purpose   TEXT NOT NULL CHECK (purpose IN ('card', 'resume', 'allow')),
  bundle_id TEXT,
  -- Approvals in the order of their numbers, each with the hash that it had when the owner was told.
  members   TEXT NOT NULL CHECK (json_valid(members)),
  made_at   INTEGER NOT NULL,
  dies_at   INTEGER NOT NULL,
  ended_at  INTEGER,
  ended_by  TEXT CHECK (ended_by IN ('used', 'closed', 'changed')),
  CHECK ((purpose = 'card') = (bundle_id IS NOT NULL)),
  CHECK ((ended_at IS NULL) = (ended_by IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX reply_code_of_bundle ON reply_code (bundle_id, made_at) WHERE bundle_id IS NOT NULL;

CREATE INDEX reply_code_of_command ON reply_code (code) WHERE bundle_id IS NULL AND ended_at IS NULL;

CREATE TABLE request (
  id              TEXT PRIMARY KEY,
  text            TEXT NOT NULL,
  project         TEXT NOT NULL,
  budget          INTEGER NOT NULL CHECK (budget > 0),
  review          INTEGER NOT NULL CHECK (review IN (0, 1)),
  rehearsal       INTEGER NOT NULL CHECK (rehearsal IN (0, 1)),
  plan_file       TEXT CHECK (plan_file IS NULL OR json_valid(plan_file)),
  idempotency_key TEXT UNIQUE,
  state           TEXT NOT NULL CHECK (state IN ('planning', 'planned', 'failed')),
  error           TEXT,
  plan_id         TEXT,
  actor           TEXT NOT NULL,
  created_at      INTEGER NOT NULL
) STRICT;

CREATE INDEX request_planning ON request (created_at) WHERE state = 'planning';

CREATE TABLE reservation (
  id            TEXT PRIMARY KEY,
  at            INTEGER NOT NULL,
  session_id    TEXT,
  attempt_id    TEXT,
  task_id       TEXT,
  plan_id       TEXT,
  project       TEXT,
  agent         TEXT NOT NULL,
  team          TEXT NOT NULL,
  provider      TEXT NOT NULL,
  model         TEXT NOT NULL,
  wire          TEXT NOT NULL,
  billing       TEXT NOT NULL CHECK (billing IN ('metered', 'subscription', 'local')),
  request_bytes INTEGER NOT NULL,
  service       TEXT NOT NULL CHECK (service IN ('standard', 'batch', 'flex', 'priority')),
  -- In cash and by the list.
  reserved      INTEGER NOT NULL CHECK (reserved >= 0),
  reserved_list INTEGER NOT NULL CHECK (reserved_list >= 0),
  -- Ids of the envelopes that hold it: it is settled against the same, whatever day it is by then.
  envelopes     TEXT NOT NULL CHECK (json_valid(envelopes))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER reservation_is_billed BEFORE DELETE ON reservation WHEN NOT EXISTS (SELECT 1 FROM call WHERE call.id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'a reservation goes with its bill and not without'); END;

CREATE TRIGGER reservation_is_final BEFORE UPDATE ON reservation
BEGIN SELECT RAISE(ABORT, 'a reservation is never changed'); END;

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

CREATE INDEX route_choice_history ON route_choice (role, kind, id);

CREATE INDEX route_choice_of_attempt ON route_choice (attempt_id, id) WHERE attempt_id IS NOT NULL;

CREATE INDEX route_choice_of_session ON route_choice (session_id, id) WHERE session_id IS NOT NULL;

CREATE INDEX route_choice_of_task ON route_choice (task_id, id) WHERE task_id IS NOT NULL;

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

CREATE INDEX session_of_task ON session (task_id, id);

CREATE INDEX session_running ON session (id) WHERE state IN ('launching', 'running');

CREATE TABLE spend_hour (
  hour        INTEGER NOT NULL,
  agent       TEXT NOT NULL,
  provider    TEXT NOT NULL,
  model       TEXT NOT NULL,
  project     TEXT NOT NULL,
  task_id     TEXT NOT NULL,
  calls       INTEGER NOT NULL,
  input       INTEGER NOT NULL,
  cache_read  INTEGER NOT NULL,
  cache_write INTEGER NOT NULL,
  output      INTEGER NOT NULL,
  cost        INTEGER NOT NULL, list_cost INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (hour, agent, provider, model, project, task_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER spend_summed_insert AFTER INSERT ON spend_hour BEGIN
  INSERT INTO spend_sum (dim, hour, key, calls, input, cache_read, cache_write, output, cost, list_cost)
  VALUES ('all', NEW.hour, '', NEW.calls, NEW.input, NEW.cache_read, NEW.cache_write, NEW.output, NEW.cost, NEW.list_cost),
         ('agent', NEW.hour, NEW.agent, NEW.calls, NEW.input, NEW.cache_read, NEW.cache_write, NEW.output, NEW.cost, NEW.list_cost),
         ('model', NEW.hour, NEW.model, NEW.calls, NEW.input, NEW.cache_read, NEW.cache_write, NEW.output, NEW.cost, NEW.list_cost),
         ('project', NEW.hour, NEW.project, NEW.calls, NEW.input, NEW.cache_read, NEW.cache_write, NEW.output, NEW.cost, NEW.list_cost),
         ('provider', NEW.hour, NEW.provider, NEW.calls, NEW.input, NEW.cache_read, NEW.cache_write, NEW.output, NEW.cost, NEW.list_cost),
         ('task', NEW.hour - NEW.hour % 86400000, NEW.task_id, NEW.calls, NEW.input, NEW.cache_read, NEW.cache_write, NEW.output, NEW.cost, NEW.list_cost)
      ON CONFLICT (dim, hour, key) DO UPDATE
     SET calls = calls + excluded.calls, input = input + excluded.input, cache_read = cache_read + excluded.cache_read,
         cache_write = cache_write + excluded.cache_write, output = output + excluded.output, cost = cost + excluded.cost,
         list_cost = list_cost + excluded.list_cost;
END;

CREATE TRIGGER spend_summed_update AFTER UPDATE ON spend_hour BEGIN
  INSERT INTO spend_sum (dim, hour, key, calls, input, cache_read, cache_write, output, cost, list_cost)
  SELECT dim, iif(dim = 'task', NEW.hour - NEW.hour % 86400000, NEW.hour), key, NEW.calls - OLD.calls, NEW.input - OLD.input,
         NEW.cache_read - OLD.cache_read, NEW.cache_write - OLD.cache_write, NEW.output - OLD.output, NEW.cost - OLD.cost, NEW.list_cost - OLD.list_cost
    FROM (SELECT 'all' AS dim, '' AS key
          UNION ALL SELECT 'agent', NEW.agent
          UNION ALL SELECT 'model', NEW.model
          UNION ALL SELECT 'project', NEW.project
          UNION ALL SELECT 'provider', NEW.provider
          UNION ALL SELECT 'task', NEW.task_id)
   WHERE true
      ON CONFLICT (dim, hour, key) DO UPDATE
     SET calls = calls + excluded.calls, input = input + excluded.input, cache_read = cache_read + excluded.cache_read,
         cache_write = cache_write + excluded.cache_write, output = output + excluded.output, cost = cost + excluded.cost,
         list_cost = list_cost + excluded.list_cost;
END;

CREATE TABLE spend_kill (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  at  INTEGER NOT NULL
) STRICT;

CREATE TABLE spend_sum (
  dim         TEXT NOT NULL CHECK (dim = 'all' OR dim = 'agent' OR dim = 'model' OR dim = 'project' OR dim = 'provider' OR dim = 'task'),
  hour        INTEGER NOT NULL,
  key         TEXT NOT NULL,
  calls       INTEGER NOT NULL,
  input       INTEGER NOT NULL,
  cache_read  INTEGER NOT NULL,
  cache_write INTEGER NOT NULL,
  output      INTEGER NOT NULL,
  cost        INTEGER NOT NULL,
  list_cost   INTEGER NOT NULL,
  PRIMARY KEY (dim, hour, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE task (
  id           TEXT PRIMARY KEY,
  plan_id      TEXT NOT NULL REFERENCES plan (id),
  key          TEXT NOT NULL,
  title        TEXT NOT NULL,
  instructions TEXT NOT NULL,
  agent        TEXT NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('research', 'design', 'build', 'integrate', 'qa', 'deliver', 'work')),
  tier         TEXT NOT NULL CHECK (tier IN ('fast', 'mid', 'frontier', 'local')),
  options      TEXT NOT NULL CHECK (json_valid(options)),
  outputs      TEXT NOT NULL CHECK (json_valid(outputs)),
  depends_on   TEXT NOT NULL CHECK (json_valid(depends_on)),
  unmet        INTEGER NOT NULL CHECK (unmet >= 0),
  priority     INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 4),
  state        TEXT NOT NULL CHECK (state IN ('draft', 'pending', 'ready', 'claimed', 'running', 'awaiting_input', 'review', 'done', 'failed', 'dead_letter', 'cancelled', 'skipped')),
  -- Ready time minus the priority's head start: a low priority grows urgent by waiting, and the order needs no recomputing.
  rank         INTEGER NOT NULL DEFAULT 0,
  wait_reason  TEXT CHECK (wait_reason IN ('dependency', 'approval', 'budget', 'slot', 'compute', 'breaker', 'quota', 'backoff', 'conflict', 'paused', 'draining', 'disk')),
  wait_detail  TEXT,
  wait_owner   TEXT CHECK (wait_owner IN ('engine', 'owner')),
  wait_until   INTEGER,
  attempts     INTEGER NOT NULL DEFAULT 0,
  attempt_id   TEXT,
  session_id   TEXT,
  approval_id  TEXT,
  driver       TEXT,
  model        TEXT,
  budget       INTEGER NOT NULL CHECK (budget > 0),
  spent        INTEGER NOT NULL DEFAULT 0,
  error        TEXT,
  worker       TEXT,
  fence        INTEGER NOT NULL DEFAULT 0,
  lease_until  INTEGER,
  created_at   INTEGER NOT NULL,
  ready_at     INTEGER,
  started_at   INTEGER,
  ended_at     INTEGER,
  UNIQUE (plan_id, key)
) STRICT;

CREATE INDEX task_delayed ON task (wait_until) WHERE state = 'pending' AND wait_until IS NOT NULL;

CREATE INDEX task_open ON task (state, lease_until) WHERE state <> 'ready' AND state <> 'pending' AND state <> 'done' AND state <> 'cancelled';

CREATE INDEX task_ready ON task (agent, rank) WHERE state = 'ready';

CREATE TRIGGER plan_counted_update AFTER UPDATE OF state ON task
WHEN (NEW.state = 'done') <> (OLD.state = 'done')
  OR (NEW.state = 'failed' OR NEW.state = 'dead_letter' OR NEW.state = 'awaiting_input') <> (OLD.state = 'failed' OR OLD.state = 'dead_letter' OR OLD.state = 'awaiting_input')
  OR (NEW.state = 'failed' OR NEW.state = 'dead_letter' OR NEW.state = 'cancelled' OR NEW.state = 'skipped') <> (OLD.state = 'failed' OR OLD.state = 'dead_letter' OR OLD.state = 'cancelled' OR OLD.state = 'skipped') BEGIN
  UPDATE plan
     SET done  = done + (NEW.state = 'done') - (OLD.state = 'done'),
         stuck = stuck + (NEW.state = 'failed' OR NEW.state = 'dead_letter' OR NEW.state = 'awaiting_input')
                       - (OLD.state = 'failed' OR OLD.state = 'dead_letter' OR OLD.state = 'awaiting_input'),
         ended = ended + (NEW.state = 'done' OR NEW.state = 'failed' OR NEW.state = 'dead_letter' OR NEW.state = 'cancelled' OR NEW.state = 'skipped')
                       - (OLD.state = 'done' OR OLD.state = 'failed' OR OLD.state = 'dead_letter' OR OLD.state = 'cancelled' OR OLD.state = 'skipped')
   WHERE id = NEW.plan_id;
END;

CREATE TRIGGER task_counted_insert AFTER INSERT ON task BEGIN
  UPDATE plan
     SET tasks = tasks + 1,
         done  = done + (NEW.state = 'done'),
         stuck = stuck + (NEW.state = 'failed' OR NEW.state = 'dead_letter' OR NEW.state = 'awaiting_input'),
         ended = ended + (NEW.state = 'done' OR NEW.state = 'failed' OR NEW.state = 'dead_letter' OR NEW.state = 'cancelled' OR NEW.state = 'skipped')
   WHERE id = NEW.plan_id;
  INSERT INTO task_count (agent, state, n) VALUES (NEW.agent, NEW.state, 1) ON CONFLICT (state, agent) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER task_counted_update AFTER UPDATE OF state, agent ON task WHEN OLD.state <> NEW.state OR OLD.agent <> NEW.agent BEGIN
  UPDATE task_count SET n = n - 1 WHERE state = OLD.state AND agent = OLD.agent;
  INSERT INTO task_count (agent, state, n) VALUES (NEW.agent, NEW.state, 1) ON CONFLICT (state, agent) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER task_done_needs_evidence BEFORE UPDATE OF state ON task WHEN NEW.state = 'done' AND OLD.state <> 'done' BEGIN
  SELECT RAISE(ABORT, 'done needs evidence')
   WHERE NOT EXISTS (SELECT 1 FROM attempt a JOIN evidence e ON e.attempt_id = a.id AND e.head_sha = a.head_sha AND e.verdict = 'passed' WHERE a.id = NEW.attempt_id)
      OR EXISTS (SELECT 1 FROM attempt a JOIN evidence e ON e.attempt_id = a.id AND e.head_sha = a.head_sha AND e.verdict = 'failed' WHERE a.id = NEW.attempt_id);
END;

CREATE TABLE task_count (
  agent TEXT NOT NULL,
  state TEXT NOT NULL,
  n     INTEGER NOT NULL,
  PRIMARY KEY (state, agent)
) STRICT, WITHOUT ROWID;

CREATE TABLE template (
  name       TEXT PRIMARY KEY,
  text       TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

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
