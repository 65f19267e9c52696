-- A notice that waits for the approval of a second person. `request` is what its author typed, `digest` what would be
-- sent: texts, recipients, channels. With `reserved`, its number belongs to an incident that is not recorded yet.
CREATE TABLE proposal (
    id          INTEGER PRIMARY KEY,
    incident    TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    key         TEXT NOT NULL,
    inputs_hash TEXT NOT NULL,
    request     TEXT NOT NULL,
    reserved    INTEGER NOT NULL,
    digest      TEXT NOT NULL,
    author      TEXT NOT NULL,
    proposed_at REAL NOT NULL,
    state       TEXT NOT NULL,
    decided_by  TEXT,
    decided_at  REAL
) STRICT;
CREATE INDEX proposal_notice ON proposal (incident, sequence);
CREATE INDEX proposal_key ON proposal (key);
