-- Why: no call is made before its worst case is reserved against every limit that it counts under, and a bill is never changed afterwards.

-- What a price was when it was used; a bill points to it, so that a new catalogue changes no old bill.
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

ALTER TABLE call ADD COLUMN session_id TEXT;
ALTER TABLE call ADD COLUMN team TEXT NOT NULL DEFAULT 'factory';
ALTER TABLE call ADD COLUMN billing TEXT NOT NULL DEFAULT 'metered' CHECK (billing IN ('metered', 'subscription', 'local'));
-- The API's price of a subscription, the cloud's price of a local model; cost is the cash.
ALTER TABLE call ADD COLUMN list_cost INTEGER NOT NULL DEFAULT 0 CHECK (list_cost >= 0);
ALTER TABLE call ADD COLUMN web_searches INTEGER NOT NULL DEFAULT 0 CHECK (web_searches >= 0);
-- How fast the provider was asked to be; it has its price.
ALTER TABLE call ADD COLUMN service TEXT NOT NULL DEFAULT 'standard' CHECK (service IN ('standard', 'batch', 'flex', 'priority'));
ALTER TABLE call ADD COLUMN price_id INTEGER REFERENCES price (id);
-- What had been reserved for it, in cash and by the list.
ALTER TABLE call ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0);
ALTER TABLE call ADD COLUMN reserved_list INTEGER NOT NULL DEFAULT 0 CHECK (reserved_list >= 0);
-- Ids of the envelopes that it was reserved and settled against.
ALTER TABLE call ADD COLUMN envelopes TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(envelopes));
UPDATE call SET list_cost = computed_cost, reserved = held, reserved_list = held;

ALTER TABLE spend_hour ADD COLUMN list_cost INTEGER NOT NULL DEFAULT 0;
UPDATE spend_hour SET list_cost = cost;

-- Calls under way: what each holds, and what it takes to bill it when nobody hears its end. A row is made before its call is, and goes
-- with the bill, which `call` then gets once. There are few at a time and they change all the time: no index.
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
INSERT INTO reservation (id, at, attempt_id, task_id, plan_id, project, agent, team, provider, model, wire, billing, request_bytes, service, reserved, reserved_list, envelopes)
SELECT id, at, attempt_id, task_id, plan_id, project, agent, team, provider, model, wire, billing, request_bytes, service, reserved, reserved_list, envelopes
  FROM call WHERE state = 'open';
DELETE FROM call WHERE state = 'open';
CREATE TRIGGER reservation_is_final BEFORE UPDATE ON reservation
BEGIN SELECT RAISE(ABORT, 'a reservation is never changed'); END;
CREATE TRIGGER reservation_is_billed BEFORE DELETE ON reservation WHEN NOT EXISTS (SELECT 1 FROM call WHERE call.id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'a reservation goes with its bill and not without'); END;

CREATE TRIGGER call_is_final BEFORE UPDATE ON call
BEGIN SELECT RAISE(ABORT, 'a bill is never changed'); END;
CREATE TRIGGER call_is_kept BEFORE DELETE ON call
BEGIN SELECT RAISE(ABORT, 'a bill is never deleted'); END;

-- The owner's limits; what has no row here has a default, never none.
CREATE TABLE budget (
  scope      TEXT NOT NULL CHECK (scope IN ('call', 'attempt', 'task', 'plan', 'agent', 'team', 'project', 'global')),
  subject    TEXT NOT NULL,
  period     TEXT NOT NULL CHECK (period IN ('call', 'day', 'month', 'total')),
  soft       INTEGER CHECK (soft > 0),
  hard       INTEGER NOT NULL CHECK (hard > 0),
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (scope, subject, period)
) STRICT, WITHOUT ROWID;

-- One limit in one window: what is spent in it and what calls under way hold.
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

-- Corrections are rows, never changes of a bill.
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

-- The owner's word that no model may be called; at most one row.
CREATE TABLE spend_kill (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  at  INTEGER NOT NULL
) STRICT;
