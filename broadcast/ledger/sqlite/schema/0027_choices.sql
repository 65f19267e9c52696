-- What the latest command on a notice chose, for the clock, which goes on with it: what to do with unknown outcomes, and
-- since when sending is paused because a person interrupted the command. `retry` goes on.
ALTER TABLE notice ADD COLUMN on_unknown TEXT NOT NULL DEFAULT 'other-channel';
ALTER TABLE notice ADD COLUMN paused_at REAL;
-- What waits is found by the clock without looking at everything that was ever sent.
CREATE INDEX delivery_held ON delivery (notice_id) WHERE state = 'held';
