-- What a notice asks of its receivers: to confirm it, or to choose one of `options` (a JSON list, empty: to confirm).
-- An answer after `answer_by` is late. After `wait` seconds without an answer a receiver is told on the next channel.
CREATE TABLE question (
    notice_id INTEGER PRIMARY KEY REFERENCES notice(id),
    text      TEXT NOT NULL,
    options   TEXT NOT NULL,
    asked_at  REAL NOT NULL,
    answer_by REAL NOT NULL,
    wait      REAL NOT NULL
) STRICT;

-- The first answer of each receiver; `means` says how it came: key, reply, link, button or command.
CREATE TABLE confirmation (
    id        INTEGER PRIMARY KEY,
    notice_id INTEGER NOT NULL REFERENCES notice(id),
    audience  TEXT NOT NULL,
    contact   TEXT NOT NULL,
    answer    TEXT NOT NULL,
    means     TEXT NOT NULL,
    channel   TEXT,
    author    TEXT NOT NULL,
    note      TEXT NOT NULL,
    at        REAL NOT NULL,
    UNIQUE (notice_id, audience, contact)
) STRICT;

-- What people wrote to us. `sender` is their address, and `digest` identifies it (a keyed HMAC), so that one person
-- can be found and forgotten. `meaning` is stop, start, yes, no, an option, or other.
CREATE TABLE inbound_message (
    id          INTEGER PRIMARY KEY,
    channel     TEXT NOT NULL,
    ref         TEXT NOT NULL,
    sender      TEXT NOT NULL,
    digest      BLOB NOT NULL,
    text        TEXT NOT NULL,
    meaning     TEXT NOT NULL,
    notice_id   INTEGER REFERENCES notice(id),
    received_at REAL NOT NULL,
    answered_at REAL,
    UNIQUE (channel, ref)
) STRICT;
CREATE INDEX inbound_message_sender ON inbound_message (digest, received_at);
