-- Recordings of callers that the provider is still to delete, and those that it deleted: recorded before it is asked.
-- `source` is the channel, `recording` the provider's address, NULL once it is gone. `state` is planned, deleting or
-- deleted; `reason` is why the last try failed.
CREATE TABLE recording_deletion (
    id          INTEGER PRIMARY KEY,
    source      TEXT NOT NULL,
    recording   TEXT,
    recorded_at REAL NOT NULL,
    state       TEXT NOT NULL,
    reason      TEXT,
    tries       INTEGER NOT NULL DEFAULT 0,
    next_at     REAL NOT NULL DEFAULT 0,
    done_at     REAL
) STRICT;
CREATE INDEX recording_deletion_open ON recording_deletion (next_at) WHERE state != 'deleted';
