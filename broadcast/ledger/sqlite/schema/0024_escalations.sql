-- A running or ended escalation. Its pages are the deliveries of its notice, whose sequence is below zero and whose
-- lanes are the places in `policy`: JSON, as it was at the start. `version` changes with every step and every answer.
CREATE TABLE escalation (
    notice_id  INTEGER PRIMARY KEY REFERENCES notice(id),
    policy     TEXT NOT NULL,
    place      INTEGER NOT NULL,
    since      REAL NOT NULL,
    started_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    version    INTEGER NOT NULL,
    ended_at   REAL,
    outcome    TEXT
) STRICT;
