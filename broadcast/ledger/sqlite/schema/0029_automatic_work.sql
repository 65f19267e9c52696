-- When a schedule was over, and the number of the latest notice by then: a newer one deals with a refusal, whatever
-- the clocks of two machines say. `reminded_at` is when people on duty were told that it was refused, and `reminder_id` the
-- notice that tells them (an escalation has its own).
ALTER TABLE schedule ADD COLUMN settled_at REAL;
ALTER TABLE schedule ADD COLUMN settled_after INTEGER;
ALTER TABLE schedule ADD COLUMN reminded_at REAL;
ALTER TABLE schedule ADD COLUMN reminder_id INTEGER REFERENCES notice(id);
-- A notice that was recorded under its key is published, also if the process was killed before it noted that.
UPDATE schedule SET state = 'published', settled_at = due_at
WHERE state = 'publishing' AND EXISTS (SELECT 1 FROM notice WHERE notice.key = schedule.key);
-- What was over before nobody waits for any more.
UPDATE schedule SET settled_at = due_at, settled_after = 0, reminded_at = due_at
WHERE state NOT IN ('waiting', 'publishing');
-- The stage of announced work that it publishes (remind, start, end); empty if a person scheduled it with --at.
ALTER TABLE schedule ADD COLUMN stage TEXT NOT NULL DEFAULT '';

-- Which stages of announced work the clock takes by itself: `remind_before` is in seconds before the announced beginning, 0
-- for no reminder; `options` (JSON) and `max_recipients` are those of the command that asked for it. The schedules of the
-- stages follow the announced window.
CREATE TABLE automatic_work (
    incident_id    INTEGER PRIMARY KEY REFERENCES incident(id),
    starts         INTEGER NOT NULL,
    ends           INTEGER NOT NULL,
    remind_before  REAL NOT NULL,
    options        TEXT NOT NULL,
    max_recipients INTEGER
) STRICT;
