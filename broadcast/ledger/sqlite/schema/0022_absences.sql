-- When a person of a rota is away: from `starts_at` until `ends_at`. An absence that is taken back keeps its row.
CREATE TABLE absence (
    id           INTEGER PRIMARY KEY,
    contact      TEXT NOT NULL,
    starts_at    REAL NOT NULL,
    ends_at      REAL NOT NULL,
    note         TEXT NOT NULL,
    author       TEXT NOT NULL,
    recorded_at  REAL NOT NULL,
    cancelled_at REAL,
    cancelled_by TEXT
) STRICT;
CREATE INDEX absence_end ON absence (ends_at);
