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
-- leg, empty on that of the caller. `details` is JSON; it may hold what a person said, or a number, which `digest`
-- identifies. `agent` is who was rung or accepted. `state` is recorded, or that of a message that is to be sent: planned,
-- sending, sent, failed, refused or unknown.
CREATE TABLE call_effect (
    id          INTEGER PRIMARY KEY,
    call_id     INTEGER NOT NULL REFERENCES call(id),
    leg         TEXT NOT NULL,
    step        INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    details     TEXT NOT NULL,
    agent       TEXT,
    digest      BLOB,
    state       TEXT NOT NULL,
    recorded_at REAL NOT NULL,
    done_at     REAL,
    UNIQUE (call_id, leg, step, kind)
) STRICT;
CREATE INDEX call_effect_open ON call_effect (id) WHERE state IN ('planned', 'sending');
CREATE INDEX call_effect_recorded ON call_effect (recorded_at);
CREATE INDEX call_effect_digest ON call_effect (digest, recorded_at) WHERE digest IS NOT NULL;

-- The agent who pressed 1: the first one has the call.
CREATE TABLE call_acceptance (
    call_id     INTEGER PRIMARY KEY REFERENCES call(id),
    agent       TEXT NOT NULL,
    accepted_at REAL NOT NULL,
    ended_at    REAL
) STRICT;

-- Callers who are to be called back, in the order in which they asked. `number` is erased with the call. `state` is
-- waiting, claimed (an agent has it), done or given-up; `owner` is the agent who has it.
CREATE TABLE call_back (
    id           INTEGER PRIMARY KEY,
    call_id      INTEGER NOT NULL UNIQUE REFERENCES call(id),
    number       TEXT,
    digest       BLOB,
    locale       TEXT NOT NULL,
    topic        TEXT NOT NULL,
    requested_at REAL NOT NULL,
    state        TEXT NOT NULL,
    owner        TEXT,
    tries        INTEGER NOT NULL DEFAULT 0,
    next_at      REAL NOT NULL,
    done_at      REAL,
    note         TEXT
) STRICT;
-- One call-back for a number at a time, however often it calls.
CREATE UNIQUE INDEX call_back_number ON call_back (digest) WHERE state IN ('waiting', 'claimed');
CREATE INDEX call_back_due ON call_back (next_at) WHERE state = 'waiting';

-- Messages that callers left. `recording` is the provider's address of it.
CREATE TABLE ticket (
    id        INTEGER PRIMARY KEY,
    call_id   INTEGER NOT NULL UNIQUE REFERENCES call(id),
    recording TEXT,
    seconds   INTEGER NOT NULL,
    locale    TEXT NOT NULL,
    topic     TEXT NOT NULL,
    opened_at REAL NOT NULL,
    due_at    REAL NOT NULL,
    state     TEXT NOT NULL,
    owner     TEXT,
    done_at   REAL,
    note      TEXT
) STRICT;
CREATE INDEX ticket_open ON ticket (due_at) WHERE state != 'done';

-- What people switched on the hotline, as its mode. The latest row of a name holds.
CREATE TABLE hotline_switch (
    id     INTEGER PRIMARY KEY,
    name   TEXT NOT NULL,
    value  TEXT NOT NULL,
    note   TEXT NOT NULL,
    author TEXT NOT NULL,
    set_at REAL NOT NULL
) STRICT;
CREATE INDEX hotline_switch_name ON hotline_switch (name, id);
