-- What providers said later about messages that they had accepted, as it arrived. `ref` is the provider's id of the
-- message, `key` our own reference if the provider gave it back, and `event` distinguishes this news from other news
-- about the message. `attempt_id` is NULL until the message is found: news may be earlier than the answer to the
-- request, or be about a message that this ledger does not have.
CREATE TABLE receipt (
    id          INTEGER PRIMARY KEY,
    channel     TEXT NOT NULL,
    ref         TEXT NOT NULL,
    key         TEXT NOT NULL,
    event       TEXT NOT NULL,
    state       TEXT NOT NULL,
    reason      TEXT,
    code        TEXT,
    suppress    TEXT,
    happened_at REAL,
    received_at REAL NOT NULL,
    attempt_id  INTEGER REFERENCES attempt(id),
    UNIQUE (channel, ref, event)
) STRICT;
CREATE INDEX receipt_unmatched ON receipt (received_at) WHERE attempt_id IS NULL;
CREATE INDEX receipt_attempt ON receipt (attempt_id) WHERE attempt_id IS NOT NULL;

-- A receipt names its message by the provider's id.
CREATE INDEX attempt_ref ON attempt (ref) WHERE ref IS NOT NULL;
