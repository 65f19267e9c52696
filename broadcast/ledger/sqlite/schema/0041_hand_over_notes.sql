-- What the agent of a call noted about it. `outcome` is solved, call-back or ticket.
CREATE TABLE hand_over_note (
    call_id  INTEGER PRIMARY KEY REFERENCES call(id),
    outcome  TEXT NOT NULL,
    note     TEXT,
    noted_at REAL NOT NULL
) STRICT;
