-- The promises of which people were reminded, each once. `notice_id` made the promise; `kind` is update, start or end.
-- A reminder is a notice of a record of its own beside the incident, with the incident's number below zero: its
-- messages are sent like all others (an escalation has its own notice; then `reminder_id` is `notice_id`), and the incident's notices, readers and counts stay what they are.
CREATE TABLE reminder (
    notice_id   INTEGER NOT NULL REFERENCES notice(id),
    kind        TEXT NOT NULL,
    reminder_id INTEGER NOT NULL REFERENCES notice(id),
    PRIMARY KEY (notice_id, kind)
) STRICT, WITHOUT ROWID;

-- Notices that the clock publishes later. `request` is what was typed (JSON), `sequence` the latest notice of `incident`
-- at that time. `state` is waiting, publishing, published, refused or cancelled; `key` keeps it from being published twice.
CREATE TABLE schedule (
    id             INTEGER PRIMARY KEY,
    key            TEXT NOT NULL UNIQUE,
    request        TEXT NOT NULL,
    incident       TEXT,
    sequence       INTEGER NOT NULL,
    max_recipients INTEGER,
    author         TEXT NOT NULL,
    created_at     REAL NOT NULL,
    due_at         REAL NOT NULL,
    state          TEXT NOT NULL,
    detail         TEXT NOT NULL
) STRICT;

-- When the texts of a notice are too old to be sent; NULL if never.
ALTER TABLE notice ADD COLUMN expires_at REAL;
