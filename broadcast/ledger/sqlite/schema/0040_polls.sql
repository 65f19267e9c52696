-- When providers were asked what became of a message: how often, and when they may be asked again.
CREATE TABLE poll (
    attempt_id INTEGER PRIMARY KEY REFERENCES attempt(id),
    times      INTEGER NOT NULL,
    next_at    REAL NOT NULL
) STRICT;
CREATE INDEX poll_next ON poll (next_at);

-- When a channel's provider was last asked, so that one process asks at a time.
CREATE TABLE polled_channel (
    channel  TEXT PRIMARY KEY,
    asked_at REAL NOT NULL
) STRICT;
