-- Numbers of the hotline that a backup line leads elsewhere at the provider: what was set before, and what was set
-- instead. Recorded before the provider is asked. `line` is the backup line, `source` the channel, `ref` the provider's id.
-- `state` is planned, changed, failed, or restored; `reason` is why a try failed.
CREATE TABLE number_route (
    id            INTEGER PRIMARY KEY,
    line          TEXT NOT NULL,
    source        TEXT NOT NULL,
    number        TEXT NOT NULL,
    ref           TEXT NOT NULL,
    former_url    TEXT NOT NULL,
    former_method TEXT NOT NULL,
    url           TEXT NOT NULL,
    method        TEXT NOT NULL,
    state         TEXT NOT NULL,
    reason        TEXT,
    author        TEXT NOT NULL,
    planned_at    REAL NOT NULL,
    done_at       REAL
) STRICT;
CREATE UNIQUE INDEX number_route_open ON number_route (source, number) WHERE state IN ('planned', 'changed');
