-- name: people_of_incident
-- Everybody an incident was, or is, to be told to, with a number that says nothing about them.
SELECT delivery.contact, json_group_array(DISTINCT delivery.recipient_id) AS recipients, min(delivery.id) AS number,
       max(delivery.state IN ('planned', 'held', 'sending', 'unknown')) AS owed
FROM delivery JOIN notice ON notice.id = delivery.notice_id
WHERE notice.incident_id = ? AND delivery.recipient_id IS NOT NULL AND delivery.contact NOT LIKE 'erased:%'
  AND delivery.contact NOT LIKE 'forgotten:%'
GROUP BY delivery.contact

-- name: recipients_like
-- Whoever has that id, number or mailbox, and what else is known of the same name under the same id: two lists may
-- both count from 1. Of whoever could not be told, no name is known.
WITH known AS (
    SELECT contact, lower(name) AS name FROM recipient
    WHERE contact = :id OR phone = :phone OR lower(email) = lower(:email)
)
SELECT id, contact, name, phone, email FROM recipient
WHERE contact <> '' AND ((contact, lower(name)) IN (SELECT contact, name FROM known)
                         OR (name = '' AND contact IN (SELECT contact FROM known)))
ORDER BY id

-- name: incidents_of_recipients
SELECT notice.incident_id, delivery.contact, count(*) AS messages
FROM delivery JOIN notice ON notice.id = delivery.notice_id
WHERE delivery.recipient_id IN (SELECT value FROM json_each(?)) GROUP BY notice.incident_id, delivery.contact

-- name: forgotten
SELECT DISTINCT delivery.contact FROM delivery JOIN notice ON notice.id = delivery.notice_id
WHERE notice.incident_id = ? AND delivery.contact LIKE 'forgotten:%'

-- name: names_of_incident
SELECT DISTINCT recipient.name FROM delivery
JOIN notice ON notice.id = delivery.notice_id
JOIN recipient ON recipient.id = delivery.recipient_id
WHERE notice.incident_id = ?

-- name: insert_nobody
-- Stands where a person stood, so that they are still counted.
INSERT INTO recipient (digest, contact, name, phone, email, extra) VALUES ('erased', '', '', NULL, NULL, '{}')
ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest RETURNING id

-- name: give_up
UPDATE delivery SET state = 'suppressed', owner = NULL, reason = :reason, updated_at = :now
WHERE contact = :contact AND notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)
  AND recipient_id IN (SELECT value FROM json_each(:recipients))
  AND state IN ('planned', 'held', 'sending', 'unknown')

-- name: forget_thread
DELETE FROM thread WHERE incident_id = :incident AND contact = :contact

-- name: put_nobody
UPDATE delivery SET contact = :pseudonym, recipient_id = :nobody, ref = NULL
WHERE contact = :contact AND notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)
  AND recipient_id IN (SELECT value FROM json_each(:recipients))

-- name: scrub_deliveries
UPDATE delivery SET reason = scrubbed(reason) WHERE recipient_id = :nobody AND reason <> scrubbed(reason)

-- name: scrub_attempts
UPDATE attempt SET ref = NULL, reason = scrubbed(reason)
WHERE delivery_id IN (SELECT id FROM delivery WHERE recipient_id = :nobody)
  AND (ref IS NOT NULL OR reason <> scrubbed(reason))

-- name: scrubbed_failovers
-- Reasons that differed by an address only become one.
SELECT notice_id, origin, destination, scrubbed(reason) AS reason, sum(count) AS count, min(first_at) AS first_at
FROM failover WHERE notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)
GROUP BY notice_id, origin, destination, scrubbed(reason)

-- name: clear_failovers
DELETE FROM failover WHERE notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)

-- name: insert_failover
INSERT INTO failover (notice_id, origin, destination, reason, count, first_at) VALUES (?, ?, ?, ?, ?, ?)

-- name: scrub_events
UPDATE event SET detail = scrubbed(detail) WHERE incident_id = :incident AND detail <> scrubbed(detail)

-- name: scrub_results
UPDATE notice SET result = scrubbed_result(result) WHERE incident_id = :incident AND result IS NOT NULL

-- name: scrub_breakers
UPDATE breaker SET reason = scrubbed(reason) WHERE reason <> scrubbed(reason)

-- name: scrub_pauses
UPDATE pace SET reason = scrubbed(reason) WHERE reason <> scrubbed(reason)

-- name: scrub_health
UPDATE health SET reason = scrubbed(reason) WHERE reason <> scrubbed(reason)

-- name: delete_unused_recipients
DELETE FROM recipient WHERE id NOT IN (SELECT recipient_id FROM delivery WHERE recipient_id IS NOT NULL)

-- name: index_recipients
-- For as long as the erasure takes: without it, every recipient that goes would be looked for in all deliveries.
CREATE INDEX delivery_recipient ON delivery (recipient_id)

-- name: drop_index
DROP INDEX delivery_recipient

-- name: note_erasure
INSERT INTO event (incident_id, at, kind, detail) VALUES (:incident, :now, 'erasure', :detail)

-- name: owe_rewrite
-- Until it is taken away again, unused parts of the file may still hold what was erased.
INSERT INTO event (at, kind, detail) VALUES (:at, 'rewrite', 'the file is still to be rewritten')

-- name: rewrite_owed
SELECT count(*) FROM event WHERE incident_id IS NULL AND kind = 'rewrite'

-- name: rewrite_done
DELETE FROM event WHERE incident_id IS NULL AND kind = 'rewrite'
