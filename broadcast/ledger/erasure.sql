-- name: people_of_incident
-- Everybody an incident was, or is, to be told to, with a number that says nothing about them.
SELECT delivery.contact, min(delivery.id) AS number,
       max(delivery.state IN ('planned', 'held', 'sending', 'unknown')) AS owed
FROM delivery JOIN notice ON notice.id = delivery.notice_id JOIN recipient ON recipient.id = delivery.recipient_id
WHERE notice.incident_id = ? AND recipient.digest <> 'erased'
GROUP BY delivery.contact

-- name: recipients_like
-- Two audiences may have one contact of the same id, name and addresses: what each was told is told apart.
SELECT DISTINCT found.id, delivery.audience, found.contact, found.name, found.phone, found.email
FROM (SELECT * FROM recipient WHERE digest <> 'erased' AND sought(contact, phone, email)) AS found
JOIN delivery ON delivery.recipient_id = found.id
ORDER BY found.id, delivery.audience

-- name: messages_of_people
SELECT notice.incident_id, delivery.contact, count(*) AS messages, min(delivery.id) AS number
FROM delivery JOIN notice ON notice.id = delivery.notice_id
WHERE (delivery.recipient_id, delivery.audience) IN
      (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))
GROUP BY notice.incident_id, delivery.contact

-- name: forgotten
SELECT mark FROM forgotten WHERE incident_id = ?

-- name: mark_forgotten
INSERT OR IGNORE INTO forgotten (incident_id, mark)
SELECT id, ?1 FROM incident WHERE ended_at IS NULL OR id IN (SELECT value FROM json_each(?2))

-- name: drop_marks
DELETE FROM forgotten WHERE incident_id = ?

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
  AND (CASE WHEN :people IS NULL THEN recipient_id IS NOT NULL ELSE (recipient_id, audience) IN
       (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:people)) END)
  AND state IN ('planned', 'held', 'sending', 'unknown')

-- name: forget_thread
-- Unless somebody else of another audience has that id.
DELETE FROM thread WHERE incident_id = :incident AND contact = :contact AND NOT EXISTS (
    SELECT 1 FROM delivery JOIN notice ON notice.id = delivery.notice_id
    WHERE notice.incident_id = :incident AND delivery.contact = :contact AND delivery.audience = thread.audience
      AND delivery.recipient_id <> :nobody)

-- name: put_nobody
UPDATE delivery SET contact = :pseudonym, recipient_id = :nobody, ref = NULL
WHERE contact = :contact AND notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)
  AND (CASE WHEN :people IS NULL THEN recipient_id IS NOT NULL ELSE (recipient_id, audience) IN
       (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:people)) END)

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

-- name: scrub_delivery_elsewhere
UPDATE delivery SET reason = scrubbed(reason) WHERE reason <> scrubbed(reason)

-- name: scrub_attempt_elsewhere
UPDATE attempt SET reason = scrubbed(reason) WHERE reason <> scrubbed(reason)

-- name: scrub_event_elsewhere
UPDATE event SET detail = scrubbed(detail) WHERE detail <> scrubbed(detail)

-- name: scrub_result_elsewhere
UPDATE notice SET result = scrubbed_result(result) WHERE result IS NOT NULL AND result <> scrubbed_result(result)

-- name: failovers_elsewhere
SELECT DISTINCT notice.incident_id FROM failover JOIN notice ON notice.id = failover.notice_id
WHERE failover.reason <> scrubbed(failover.reason)

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
