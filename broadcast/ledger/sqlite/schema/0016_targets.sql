-- Where each channel that publishes led when it was last used: its adapter and a keyed digest of the room, page or
-- account. A channel without a row leads where it always did.
CREATE TABLE target (
    channel TEXT PRIMARY KEY,
    target  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Two audiences may both count their people from 1, so a person's thread belongs to an id in an audience. What a
-- channel published has no audience.
CREATE TABLE own_thread (
    incident_id INTEGER NOT NULL REFERENCES incident(id),
    channel     TEXT NOT NULL,
    contact     TEXT NOT NULL,
    audience    TEXT NOT NULL,
    root        TEXT NOT NULL,
    last        TEXT NOT NULL,
    PRIMARY KEY (incident_id, channel, contact, audience)
) STRICT, WITHOUT ROWID;
INSERT INTO own_thread (incident_id, channel, contact, audience, root, last)
SELECT incident_id, channel, contact, '', root, last FROM thread WHERE contact LIKE 'channel:%';
INSERT OR IGNORE INTO own_thread (incident_id, channel, contact, audience, root, last)
SELECT thread.incident_id, thread.channel, thread.contact, delivery.audience, thread.root, thread.last
FROM thread JOIN notice ON notice.incident_id = thread.incident_id
JOIN delivery ON delivery.notice_id = notice.id AND delivery.contact = thread.contact
WHERE delivery.recipient_id IS NOT NULL;
DROP TABLE thread;
ALTER TABLE own_thread RENAME TO thread;
