-- When `not_before` was written. A wall clock that shows an earlier time was put back since: a delivery then waits for
-- what was left of its wait, not until the clock has caught up.
ALTER TABLE delivery ADD COLUMN waits_since REAL NOT NULL DEFAULT 0;
