-- What `watch` found out about each system, so that a run from cron goes on where the last one ended. `streak`
-- counts the latest checks in a row that said the opposite of `state`; `draft` names the file that was written
-- for this outage. Once it is `dismissed` (`--affects none`), it counts no more until it was up again.
CREATE TABLE health (
    system     TEXT PRIMARY KEY,
    state      TEXT NOT NULL,
    since      REAL NOT NULL,
    source     TEXT NOT NULL,
    reason     TEXT NOT NULL,
    checked_at REAL NOT NULL,
    streak     INTEGER NOT NULL,
    expires_at REAL NOT NULL,
    dismissed  INTEGER NOT NULL DEFAULT 0,
    draft      TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- What a provider's public status page last said, and when it was asked: all processes together ask politely.
CREATE TABLE status_page (
    url       TEXT PRIMARY KEY,
    asked_at  REAL NOT NULL,
    etag      TEXT NOT NULL DEFAULT '',
    condition TEXT NOT NULL DEFAULT 'not known',
    detail    TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
