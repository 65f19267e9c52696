-- People who were forgotten in an incident, so that its updates do not tell them again: keyed digests of their ids
-- and addresses, which say nothing without the install secret. Until now one of them stood in the delivery itself.
CREATE TABLE forgotten (
    incident_id INTEGER NOT NULL REFERENCES incident(id),
    mark        TEXT NOT NULL,
    PRIMARY KEY (incident_id, mark)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO forgotten (incident_id, mark)
SELECT notice.incident_id, substr(delivery.contact, length('forgotten:') + 1)
FROM delivery JOIN notice ON notice.id = delivery.notice_id JOIN recipient ON recipient.id = delivery.recipient_id
WHERE delivery.contact LIKE 'forgotten:%' AND recipient.digest = 'erased';

-- The kind of text that each channel carried, by the channel's name then: JSON, `{"email": "email"}`.
ALTER TABLE notice ADD COLUMN kinds TEXT NOT NULL DEFAULT '{}';
