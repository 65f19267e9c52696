-- Answers of receivers beside the one in `confirmation`. `counted` is 1 for one that counted until the person changed
-- their mind towards confirming, and 0 for one that came after it and does not count.
CREATE TABLE other_answer (
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
    counted   INTEGER NOT NULL
) STRICT;
CREATE INDEX other_answer_receiver ON other_answer (notice_id, audience, contact);

-- The escalation policy that begins once the question's time is over and somebody has not confirmed, and its escalation.
ALTER TABLE question ADD COLUMN policy TEXT;
ALTER TABLE question ADD COLUMN escalation_id INTEGER REFERENCES notice(id);
