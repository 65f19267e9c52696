-- Groups of alerts that go on. `document` is what was said last, empty once a draft says it; `written` is the
-- digest of that draft as it was written, so that a draft which a person has edited is left alone.
CREATE TABLE alert_group (
    digest    TEXT PRIMARY KEY,
    opened_at REAL NOT NULL,
    version   INTEGER NOT NULL,
    firing    INTEGER NOT NULL,
    document  TEXT NOT NULL,
    written   TEXT NOT NULL
) STRICT;
