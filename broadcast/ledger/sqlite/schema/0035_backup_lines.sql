-- Mobile numbers that stood in for the hotline: who activated and ended each, and when. `incident` is the reference of
-- the incident whose end ends it, NULL if only a person does.
CREATE TABLE backup_line (
    id           INTEGER PRIMARY KEY,
    line         TEXT NOT NULL,
    incident     TEXT,
    note         TEXT NOT NULL,
    author       TEXT NOT NULL,
    activated_at REAL NOT NULL,
    ended_by     TEXT,
    ended_at     REAL
) STRICT;
CREATE UNIQUE INDEX backup_line_active ON backup_line (line) WHERE ended_at IS NULL;
