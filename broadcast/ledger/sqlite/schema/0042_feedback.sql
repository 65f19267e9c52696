-- What people said about an incident on the page `/feedback/INC-7`. `call_id` is the call that stands for their wish to be
-- called back, NULL if they have none; with it the words are found again when the person is forgotten.
CREATE TABLE feedback (
    id          INTEGER PRIMARY KEY,
    incident_id INTEGER NOT NULL REFERENCES incident(id),
    call_id     INTEGER REFERENCES call(id),
    rating      INTEGER NOT NULL,
    text        TEXT,
    locale      TEXT NOT NULL,
    given_at    REAL NOT NULL
) STRICT;
CREATE INDEX feedback_incident ON feedback (incident_id);
CREATE INDEX feedback_call ON feedback (call_id) WHERE call_id IS NOT NULL;
