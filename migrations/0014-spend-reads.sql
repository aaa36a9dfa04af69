-- Why: a year of calls is read by any side of it in a blink; sums are kept as calls are billed, for what a view groups by.

-- The same money as spend_hour, once for each way of looking at it: `all` of an hour, or by agent, model, project or provider in an hour,
-- or by task in a day of UTC (`hour` is then its first). Reservations do not touch it, only bills do.
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
-- The same for what a row grew by.
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

INSERT INTO spend_sum (dim, hour, key, calls, input, cache_read, cache_write, output, cost, list_cost)
SELECT d.dim,
       iif(d.dim = 'task', s.hour - s.hour % 86400000, s.hour),
       CASE d.dim WHEN 'all' THEN '' WHEN 'agent' THEN s.agent WHEN 'model' THEN s.model WHEN 'project' THEN s.project WHEN 'provider' THEN s.provider ELSE s.task_id END,
       sum(s.calls), sum(s.input), sum(s.cache_read), sum(s.cache_write), sum(s.output), sum(s.cost), sum(s.list_cost)
  FROM spend_hour s
  JOIN (SELECT 'all' AS dim UNION ALL SELECT 'agent' UNION ALL SELECT 'model' UNION ALL SELECT 'project' UNION ALL SELECT 'provider' UNION ALL SELECT 'task') d
 GROUP BY 1, 2, 3;

-- Bills that are not exact, or whose price nobody lists: few, and asked for as a sum.
CREATE INDEX call_doubtful ON call (at, cost, confidence, price_source) WHERE state <> 'open' AND (confidence = 'estimated' OR price_source = 'ceiling');
