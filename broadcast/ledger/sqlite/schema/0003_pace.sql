-- How fast a channel is used by all processes together. `full_at` is when its token bucket is full again, in
-- seconds of the machine's monotonic clock, which no change of the time of day moves. A pause is what the
-- provider asked for (Retry-After), from `paused_at` to `paused_until`.
CREATE TABLE pace (
    channel      TEXT PRIMARY KEY,
    full_at      REAL NOT NULL DEFAULT 0,
    paused_at    REAL NOT NULL DEFAULT 0,
    paused_until REAL NOT NULL DEFAULT 0,
    reason       TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
