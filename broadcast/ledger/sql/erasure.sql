-- name: people_of_incident
-- Everybody an incident was, or is, to be told to, with a number that says nothing about them.
SELECT delivery.contact, min(delivery.id) AS number,
       max(CASE WHEN delivery.state IN ('planned', 'held', 'sending', 'unknown') THEN 1 ELSE 0 END) AS owed
FROM delivery JOIN notice ON notice.id = delivery.notice_id JOIN recipient ON recipient.id = delivery.recipient_id
WHERE notice.incident_id = ? AND recipient.digest <> 'erased'
GROUP BY delivery.contact

-- name: addresses
-- Everybody who is on record, with their addresses.
SELECT id, contact, phone, email FROM recipient WHERE digest <> 'erased'

-- name: known_recipients
-- How people are known, once for each audience.
-- Two audiences may have one contact of the same id, name and addresses: what each was told is told apart.
SELECT DISTINCT recipient.id, delivery.audience, recipient.contact, recipient.name, recipient.phone, recipient.email
FROM recipient JOIN delivery ON delivery.recipient_id = recipient.id
WHERE recipient.id = ANY(:recipients)
ORDER BY recipient.id, delivery.audience

-- name: messages_of_recipients
-- Every message that was owed to these people: its incident, its audience and who it was for.
SELECT delivery.id, delivery.recipient_id, delivery.audience, delivery.contact, notice.incident_id
FROM delivery JOIN notice ON notice.id = delivery.notice_id
WHERE delivery.recipient_id = ANY(:recipients)
ORDER BY notice.incident_id, delivery.id

-- name: forgotten
-- The marks of people who were forgotten in an incident.
SELECT mark FROM forgotten WHERE incident_id = ?

-- name: mark_forgotten
-- Recognise a forgotten person by a mark, in these incidents and in all that are open.
INSERT INTO forgotten (incident_id, mark)
SELECT id, :mark FROM incident WHERE ended_at IS NULL OR id = ANY(:incidents)
ON CONFLICT (incident_id, mark) DO NOTHING

-- name: drop_marks
-- Recognise nobody in an incident any more.
DELETE FROM forgotten WHERE incident_id = ?

-- name: names_of_incident
-- The names of everybody an incident was, or is, to be told to.
SELECT DISTINCT recipient.name FROM delivery
JOIN notice ON notice.id = delivery.notice_id
JOIN recipient ON recipient.id = delivery.recipient_id
WHERE notice.incident_id = ?

-- name: insert_nobody
-- Record the person who stands in the place of those who were erased, so that they are still counted.
INSERT INTO recipient (digest, contact, name, phone, email, extra) VALUES ('erased', '', '', NULL, NULL, '{}')
ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest RETURNING id

-- name: give_up
-- Give up what is still owed to people: in every audience, or in these deliveries.
UPDATE delivery SET state = 'suppressed', owner = NULL, reason = :reason, updated_at = :now
WHERE contact = :contact AND notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)
  AND recipient_id IS NOT NULL AND (:everybody = 1 OR id = ANY(:deliveries))
  AND state IN ('planned', 'held', 'sending', 'unknown')

-- name: put_nobody
-- Put nobody in their place.
UPDATE delivery SET contact = :pseudonym, recipient_id = :nobody, ref = NULL
WHERE contact = :contact AND notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)
  AND recipient_id IS NOT NULL AND (:everybody = 1 OR id = ANY(:deliveries))

-- name: forget_thread
-- Remove the threads of a contact, unless another audience has somebody of the same id.
DELETE FROM thread WHERE incident_id = :incident AND contact = :contact AND NOT EXISTS (
    SELECT 1 FROM delivery JOIN notice ON notice.id = delivery.notice_id
    WHERE notice.incident_id = :incident AND delivery.contact = :contact AND delivery.audience = thread.audience
      AND delivery.recipient_id <> :nobody)

-- name: reasons_of_erased
-- Why deliveries to people who were erased stand where they do.
SELECT id, reason AS text FROM delivery WHERE recipient_id = :nobody AND reason IS NOT NULL

-- name: forget_refs
-- Remove the provider's references to people who were erased.
UPDATE attempt SET ref = NULL WHERE ref IS NOT NULL AND delivery_id IN (SELECT id FROM delivery WHERE recipient_id = :nobody)

-- name: attempts_of_erased
-- What was said of attempts to reach people who were erased.
SELECT id, reason AS text FROM attempt WHERE reason IS NOT NULL AND delivery_id IN (SELECT id FROM delivery WHERE recipient_id = :nobody)

-- name: details_of_incident
-- What the events of an incident say.
SELECT id, detail AS text FROM event WHERE incident_id = :incident

-- name: results_of_incident
-- The stored results of the notices of an incident.
SELECT id, result AS text FROM notice WHERE incident_id = :incident AND result IS NOT NULL

-- name: breaker_reasons
-- Why channels are left alone.
SELECT channel AS id, reason AS text FROM breaker

-- name: pause_reasons
-- Why channels are paused.
SELECT channel AS id, reason AS text FROM pace

-- name: health_reasons
-- Why systems are held to be up or down.
SELECT system AS id, reason AS text FROM health

-- name: delivery_reasons
-- Why deliveries stand where they do.
SELECT id, reason AS text FROM delivery WHERE reason IS NOT NULL

-- name: attempt_reasons
-- What was said of attempts.
SELECT id, reason AS text FROM attempt WHERE reason IS NOT NULL

-- name: event_details
-- What events say.
SELECT id, detail AS text FROM event

-- name: results
-- The stored results of all notices.
SELECT id, result AS text FROM notice WHERE result IS NOT NULL

-- name: write_delivery_reason
-- Replace why a delivery stands where it does.
UPDATE delivery SET reason = :text WHERE id = :id

-- name: write_attempt_reason
-- Replace what was said of an attempt.
UPDATE attempt SET reason = :text WHERE id = :id

-- name: write_event_detail
-- Replace what an event says.
UPDATE event SET detail = :text WHERE id = :id

-- name: write_result
-- Replace the stored result of a notice.
UPDATE notice SET result = :text WHERE id = :id

-- name: write_breaker_reason
-- Replace why a channel is left alone.
UPDATE breaker SET reason = :text WHERE channel = :id

-- name: write_pause_reason
-- Replace why a channel is paused.
UPDATE pace SET reason = :text WHERE channel = :id

-- name: write_health_reason
-- Replace why a system is held to be up or down.
UPDATE health SET reason = :text WHERE system = :id

-- name: failovers_of_incident
-- People who went on from one channel to the next in an incident.
SELECT notice_id, origin, destination, reason, count, first_at
FROM failover WHERE notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)

-- name: clear_failovers
-- Remove the failovers of an incident.
DELETE FROM failover WHERE notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)

-- name: insert_failover
-- Record people who went on from one channel to the next.
INSERT INTO failover (notice_id, origin, destination, reason, count, first_at) VALUES (?, ?, ?, ?, ?, ?)

-- name: failover_reasons
-- Why people went on to another channel, by incident.
SELECT DISTINCT notice.incident_id, failover.reason FROM failover JOIN notice ON notice.id = failover.notice_id

-- name: delete_unused_recipients
-- Remove people to whom no message is on record any more.
DELETE FROM recipient WHERE id NOT IN (SELECT recipient_id FROM delivery WHERE recipient_id IS NOT NULL)

-- name: note_erasure
-- Add to the story of an incident that people were erased.
INSERT INTO event (incident_id, at, kind, detail) VALUES (:incident, :now, 'erasure', :detail)

-- name: owe_rewrite
-- Remember that what was erased may still be in unused parts, until `rewrite_done`.
INSERT INTO event (at, kind, detail) VALUES (:at, 'rewrite', 'the file is still to be rewritten')

-- name: rewrite_owed
-- Whether unused parts may still hold what was erased.
SELECT count(*) FROM event WHERE incident_id IS NULL AND kind = 'rewrite'

-- name: rewrite_done
-- Note that nothing that was erased is left.
DELETE FROM event WHERE incident_id IS NULL AND kind = 'rewrite'
