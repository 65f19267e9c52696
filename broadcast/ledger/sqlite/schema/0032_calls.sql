-- Calls of people, as they happened. `source` is the channel or the file that a call comes from, and `ref` its id
-- there. `caller` is the number, NULL if it was withheld or is erased; `digest` identifies it (a keyed HMAC).
-- `outcome` is what became of the caller.
CREATE TABLE call (
    id         INTEGER PRIMARY KEY,
    source     TEXT NOT NULL,
    ref        TEXT NOT NULL,
    called     TEXT NOT NULL,
    caller     TEXT,
    digest     BLOB,
    locale     TEXT NOT NULL,
    began_at   REAL NOT NULL,
    ended_at   REAL,
    outcome    TEXT,
    topic      TEXT,
    asked_at   REAL,
    rating     INTEGER,
    UNIQUE (source, ref)
) STRICT;
CREATE INDEX call_digest ON call (digest, began_at) WHERE digest IS NOT NULL;
CREATE INDEX call_began ON call (began_at);

-- What a step of a call does beside speaking: recorded before it is done, and done once. `leg` is the id of an agent's
-- leg, empty on that of the caller. `details` is JSON; it may hold what a person said, or a number.
CREATE TABLE call_effect (
    id          INTEGER PRIMARY KEY,
    call_id     INTEGER NOT NULL REFERENCES call(id),
    leg         TEXT NOT NULL,
    step        INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    details     TEXT NOT NULL,
    recorded_at REAL NOT NULL,
    done_at     REAL,
    UNIQUE (call_id, leg, step, kind)
) STRICT;
CREATE INDEX call_effect_open ON call_effect (kind, id) WHERE done_at IS NULL;
CREATE INDEX call_effect_recorded ON call_effect (recorded_at);

-- The agent who pressed 1: the first one has the call.
CREATE TABLE call_acceptance (
    call_id     INTEGER PRIMARY KEY REFERENCES call(id),
    agent       TEXT NOT NULL,
    accepted_at REAL NOT NULL,
    ended_at    REAL
) STRICT;
