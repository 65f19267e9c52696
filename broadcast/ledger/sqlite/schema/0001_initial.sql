-- Times are seconds since 1970-01-01 UTC. JSON columns hold objects written by broadcast/ledger/facts_json.py.

CREATE TABLE incident (
    id             INTEGER PRIMARY KEY,
    ref            TEXT NOT NULL UNIQUE,
    title          TEXT NOT NULL,
    phase          TEXT NOT NULL,
    severity       TEXT NOT NULL,
    services       TEXT NOT NULL,
    drill          INTEGER NOT NULL,
    started_at     REAL NOT NULL,
    detected_at    REAL NOT NULL,
    opened_at      REAL NOT NULL,
    ended_at       REAL,
    next_update_at REAL
) STRICT;

CREATE TABLE notice (
    id             INTEGER PRIMARY KEY,
    incident_id    INTEGER NOT NULL REFERENCES incident(id),
    sequence       INTEGER NOT NULL,
    kind           TEXT NOT NULL,
    phase          TEXT NOT NULL,
    facts          TEXT NOT NULL,
    content_hash   TEXT NOT NULL,
    key            TEXT UNIQUE,
    inputs_hash    TEXT NOT NULL,
    author         TEXT NOT NULL,
    created_at     REAL NOT NULL,
    next_update_at REAL,
    finished_at    REAL,
    result         TEXT,
    UNIQUE (incident_id, sequence)
) STRICT;

-- The texts as they were sent, once for each audience, locale and kind of channel.
CREATE TABLE message (
    id         INTEGER PRIMARY KEY,
    notice_id  INTEGER NOT NULL REFERENCES notice(id),
    audience   TEXT NOT NULL,
    locale     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    subject    TEXT,
    text       TEXT NOT NULL,
    html       TEXT,
    slots      TEXT NOT NULL,
    UNIQUE (notice_id, audience, locale, kind)
) STRICT;

-- A contact as it was when a notice was planned; personal data lives in this table alone.
CREATE TABLE recipient (
    id         INTEGER PRIMARY KEY,
    digest     TEXT NOT NULL UNIQUE,
    contact    TEXT NOT NULL,
    name       TEXT NOT NULL,
    phone      TEXT,
    email      TEXT,
    extra      TEXT NOT NULL
) STRICT;

-- `route` is the JSON list of channels to try in order, `step` the place in it, `channel` the one in turn.
CREATE TABLE delivery (
    id           INTEGER PRIMARY KEY,
    notice_id    INTEGER NOT NULL REFERENCES notice(id),
    audience     TEXT NOT NULL,
    texts        TEXT NOT NULL,
    locale       TEXT NOT NULL,
    lane         INTEGER NOT NULL,
    contact      TEXT NOT NULL,
    recipient_id INTEGER REFERENCES recipient(id),
    route        TEXT NOT NULL,
    step         INTEGER NOT NULL,
    channel      TEXT NOT NULL,
    required     INTEGER NOT NULL,
    state        TEXT NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    lookups      INTEGER NOT NULL DEFAULT 0,
    not_before   REAL NOT NULL DEFAULT 0,
    owner        TEXT,
    ref          TEXT,
    reason       TEXT,
    updated_at   REAL NOT NULL,
    UNIQUE (notice_id, lane, audience, contact)
) STRICT;

CREATE INDEX delivery_due ON delivery (channel, notice_id, not_before) WHERE state = 'planned';
CREATE INDEX delivery_unknown ON delivery (channel, notice_id, not_before) WHERE state = 'unknown';
CREATE INDEX delivery_sending ON delivery (notice_id, owner) WHERE state = 'sending';
CREATE INDEX delivery_contact ON delivery (contact, notice_id);

-- One row for each delivery in each request; written before the request leaves.
CREATE TABLE attempt (
    id          INTEGER PRIMARY KEY,
    delivery_id INTEGER NOT NULL REFERENCES delivery(id),
    channel     TEXT NOT NULL,
    owner       TEXT NOT NULL,
    started_at  REAL NOT NULL,
    ended_at    REAL,
    outcome     TEXT,
    ref         TEXT,
    reason      TEXT
) STRICT;

CREATE INDEX attempt_delivery ON attempt (delivery_id);

-- How many people went on from one channel to the next of their lane, and why.
CREATE TABLE failover (
    notice_id   INTEGER NOT NULL REFERENCES notice(id),
    origin      TEXT NOT NULL,
    destination TEXT NOT NULL,
    reason      TEXT NOT NULL,
    count       INTEGER NOT NULL,
    first_at    REAL NOT NULL,
    PRIMARY KEY (notice_id, origin, destination, reason)
) STRICT, WITHOUT ROWID;

-- What a follow-up on this channel to this contact hangs on; contact is '' for a channel that publishes.
CREATE TABLE thread (
    incident_id INTEGER NOT NULL REFERENCES incident(id),
    channel     TEXT NOT NULL,
    contact     TEXT NOT NULL,
    root        TEXT NOT NULL,
    last        TEXT NOT NULL,
    PRIMARY KEY (incident_id, channel, contact)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    id          INTEGER PRIMARY KEY,
    incident_id INTEGER REFERENCES incident(id),
    notice_id   INTEGER REFERENCES notice(id),
    at          REAL NOT NULL,
    kind        TEXT NOT NULL,
    channel     TEXT,
    detail      TEXT NOT NULL
) STRICT;

CREATE TABLE breaker (
    channel   TEXT PRIMARY KEY,
    opened_at REAL NOT NULL,
    reason    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
