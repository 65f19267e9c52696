-- People who subscribed by themselves and confirmed it. `digest` identifies the address (a keyed HMAC); `services` is
-- a JSON list of keys, empty for all; `source` is where they subscribed.
CREATE TABLE subscriber (
    id           INTEGER PRIMARY KEY,
    audience     TEXT NOT NULL,
    kind         TEXT NOT NULL,
    address      TEXT NOT NULL,
    digest       BLOB NOT NULL,
    locale       TEXT NOT NULL,
    services     TEXT NOT NULL,
    source       TEXT NOT NULL,
    requested_at REAL NOT NULL,
    confirmed_at REAL NOT NULL,
    UNIQUE (audience, digest)
) STRICT;
CREATE INDEX subscriber_digest ON subscriber (digest);

-- A wish to subscribe, which the owner of the address has to confirm with a link. `nonce` makes its token unique;
-- `state` is that of the message with the link. The address is erased once it is confirmed or has expired.
CREATE TABLE subscription_request (
    id           INTEGER PRIMARY KEY,
    audience     TEXT NOT NULL,
    kind         TEXT NOT NULL,
    address      TEXT NOT NULL,
    digest       BLOB NOT NULL,
    locale       TEXT NOT NULL,
    services     TEXT NOT NULL,
    source       TEXT NOT NULL,
    nonce        TEXT NOT NULL,
    state        TEXT NOT NULL,
    tries        INTEGER NOT NULL,
    requested_at REAL NOT NULL,
    expires_at   REAL NOT NULL,
    confirmed_at REAL
) STRICT;
CREATE INDEX subscription_request_digest ON subscription_request (digest, requested_at);
CREATE INDEX subscription_request_state ON subscription_request (state, requested_at);
