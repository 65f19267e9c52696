-- name: people_of_incident
-- Read the people to whom an incident was or is to be told, each with a number that says nothing about them.
SELECT delivery.contact, min(delivery.id) AS number,
       max(CASE WHEN delivery.state IN ('planned', 'held', 'sending', 'unknown') THEN 1 ELSE 0 END) AS owed
FROM delivery JOIN notice ON notice.id = delivery.notice_id JOIN recipient ON recipient.id = delivery.recipient_id
WHERE notice.incident_id = ? AND recipient.digest <> 'erased'
GROUP BY delivery.contact

-- name: addresses
-- Read all people with their addresses.
SELECT id, contact, phone, email FROM recipient WHERE digest <> 'erased'

-- name: known_recipients
-- Read people as they are known, once for each audience.
-- Two audiences may have a contact with the same id, name and addresses: they stay two.
SELECT DISTINCT recipient.id, delivery.audience, recipient.contact, recipient.name, recipient.phone, recipient.email
FROM recipient JOIN delivery ON delivery.recipient_id = recipient.id
WHERE recipient.id = ANY(:recipients)
ORDER BY recipient.id, delivery.audience

-- name: messages_of_recipients
-- Read incident, audience and receiver of every message that was owed to these people.
SELECT delivery.id, delivery.recipient_id, delivery.audience, delivery.contact, notice.incident_id
FROM delivery JOIN notice ON notice.id = delivery.notice_id
WHERE delivery.recipient_id = ANY(:recipients)
ORDER BY notice.incident_id, delivery.id

-- name: forgotten
-- Read the marks of people who were forgotten in an incident.
SELECT mark FROM forgotten WHERE incident_id = ?

-- name: recognise_forgotten
-- Record a mark of a forgotten person in these incidents and in all open ones.
INSERT INTO forgotten (incident_id, mark)
SELECT id, :digest FROM incident WHERE ended_at IS NULL OR id = ANY(:incidents)
ON CONFLICT (incident_id, mark) DO NOTHING

-- name: drop_forgotten
-- Remove the marks of an incident.
DELETE FROM forgotten WHERE incident_id = ?

-- name: names_of_incident
-- Read the names of the people to whom an incident was or is to be told.
SELECT DISTINCT recipient.name FROM delivery
JOIN notice ON notice.id = delivery.notice_id
JOIN recipient ON recipient.id = delivery.recipient_id
WHERE notice.incident_id = ?

-- name: insert_erased
-- Record the person without data that replaces those who were erased, so that they are still counted.
INSERT INTO recipient (digest, contact, name, phone, email, extra) VALUES ('erased', '', '', NULL, NULL, '{}')
ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest RETURNING id

-- name: give_up
-- Send nothing more to people: in every audience, or of these deliveries only.
UPDATE delivery SET state = 'suppressed', owner = NULL, reason = :reason, updated_at = :now
WHERE contact = :contact AND notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)
  AND recipient_id IS NOT NULL AND (:all = 1 OR id = ANY(:deliveries))
  AND state IN ('planned', 'held', 'sending', 'unknown')

-- name: put_erased
-- Replace these people by that person and a pseudonym.
UPDATE delivery SET contact = :pseudonym, recipient_id = :erased, ref = NULL
WHERE contact = :contact AND notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)
  AND recipient_id IS NOT NULL AND (:all = 1 OR id = ANY(:deliveries))

-- name: forget_thread
-- Remove the threads of a contact, unless another audience has a person of the same id.
DELETE FROM thread WHERE incident_id = :incident AND contact = :contact AND NOT EXISTS (
    SELECT 1 FROM delivery JOIN notice ON notice.id = delivery.notice_id
    WHERE notice.incident_id = :incident AND delivery.contact = :contact AND delivery.audience = thread.audience
      AND delivery.recipient_id <> :erased)

-- name: forget_confirmations
-- Put the pseudonym in the place of a receiver who answered; what the person entered goes.
UPDATE confirmation SET contact = :pseudonym, note = '', author = CASE WHEN means = 'command' THEN author ELSE '' END
WHERE contact = :contact AND notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)
  AND (:all = 1 OR EXISTS (SELECT 1 FROM delivery WHERE delivery.id = ANY(:deliveries)
       AND delivery.notice_id = confirmation.notice_id AND delivery.audience = confirmation.audience))

-- name: forget_other_answers
-- The same in the answers that do not count.
UPDATE other_answer SET contact = :pseudonym, note = '', author = CASE WHEN means = 'command' THEN author ELSE '' END
WHERE contact = :contact AND notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)
  AND (:all = 1 OR EXISTS (SELECT 1 FROM delivery WHERE delivery.id = ANY(:deliveries)
       AND delivery.notice_id = other_answer.notice_id AND delivery.audience = other_answer.audience))

-- name: forget_receipts
-- Remove the providers' references from receipts of messages to erased people; a reference stays unique.
UPDATE receipt SET ref = ' erased:' || id, key = '', event = state WHERE attempt_id IN (
    SELECT attempt.id FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id WHERE delivery.recipient_id = :erased)

-- name: receipts_of_erased
-- Read the reasons of receipts of messages to erased people.
SELECT id, reason AS text FROM receipt WHERE reason IS NOT NULL AND attempt_id IN (
    SELECT attempt.id FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id WHERE delivery.recipient_id = :erased)

-- name: receipt_reasons
-- Read the reasons of all receipts.
SELECT id, reason AS text FROM receipt WHERE reason IS NOT NULL

-- name: write_receipt_reason
-- Replace the reason of a receipt.
UPDATE receipt SET reason = :text WHERE id = :id

-- name: notes_of_incident
-- Read what was noted beside answers to the notices of an incident.
SELECT id, note AS text FROM confirmation
WHERE note <> '' AND notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)

-- name: confirmation_notes
-- Read what was noted beside all answers.
SELECT id, note AS text FROM confirmation WHERE note <> ''

-- name: purge_authors
-- Remove who answered for a room or in it, in the notices of an incident; who entered an answer by hand is a colleague.
UPDATE confirmation SET author = '', contact = CASE WHEN contact LIKE 'channel:%/%' THEN 'channel:erased/' || id ELSE contact END
WHERE means <> 'command' AND notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)

-- name: purge_other_authors
-- The same in the answers that do not count.
UPDATE other_answer SET author = '', contact = CASE WHEN contact LIKE 'channel:%/%' THEN 'channel:erased/' || id ELSE contact END
WHERE means <> 'command' AND notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)

-- name: confirmation_authors
-- Read who answered.
SELECT id, author AS text FROM confirmation WHERE means <> 'command' AND author <> ''

-- name: write_confirmation_author
-- Replace who answered.
UPDATE confirmation SET author = :text WHERE id = :id

-- name: write_confirmation_note
-- Replace what was noted beside an answer.
UPDATE confirmation SET note = :text WHERE id = :id

-- name: other_notes_of_incident
-- Read what was noted beside answers that do not count, to the notices of an incident.
SELECT id, note AS text FROM other_answer
WHERE note <> '' AND notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)

-- name: other_answer_notes
-- Read what was noted beside all answers that do not count.
SELECT id, note AS text FROM other_answer WHERE note <> ''

-- name: other_answer_authors
-- Read who gave answers that do not count.
SELECT id, author AS text FROM other_answer WHERE means <> 'command' AND author <> ''

-- name: write_other_author
-- Replace who gave an answer that does not count.
UPDATE other_answer SET author = :text WHERE id = :id

-- name: write_other_note
-- Replace what was noted beside an answer that does not count.
UPDATE other_answer SET note = :text WHERE id = :id

-- name: inbound_texts
-- Read all messages of people.
SELECT id, text FROM inbound_message

-- name: write_inbound_text
-- Replace the text of a message of a person.
UPDATE inbound_message SET text = :text WHERE id = :id

-- name: count_inbound
-- Count the messages from an address.
SELECT count(*) FROM inbound_message WHERE digest = ?

-- name: forget_inbound
-- Remove the messages from an address.
DELETE FROM inbound_message WHERE digest = ?

-- name: purge_inbound
-- Remove the messages that people wrote in answer to the notices of an incident.
DELETE FROM inbound_message WHERE notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)

-- name: count_unasked
-- Count the messages before `before` that answer no notice.
SELECT count(*) FROM inbound_message WHERE notice_id IS NULL AND received_at < ?

-- name: purge_unasked
-- Remove the messages before `before` that answer no notice.
DELETE FROM inbound_message WHERE notice_id IS NULL AND received_at < ?

-- name: purge_unmatched_receipts
-- Remove the receipts before `before` whose message was never found.
DELETE FROM receipt WHERE attempt_id IS NULL AND received_at < ?

-- name: reasons_of_erased
-- Read the reasons of deliveries to erased people.
SELECT id, reason AS text FROM delivery WHERE recipient_id = :erased AND reason IS NOT NULL

-- name: forget_refs
-- Remove the provider's references of messages to erased people.
UPDATE attempt SET ref = NULL WHERE ref IS NOT NULL AND delivery_id IN (SELECT id FROM delivery WHERE recipient_id = :erased)

-- name: attempts_of_erased
-- Read the reasons of attempts to reach erased people.
SELECT id, reason AS text FROM attempt WHERE reason IS NOT NULL AND delivery_id IN (SELECT id FROM delivery WHERE recipient_id = :erased)

-- name: details_of_incident
-- Read the details of the events of an incident.
SELECT id, detail AS text FROM event WHERE incident_id = :incident

-- name: results_of_incident
-- Read the stored results of the notices of an incident.
SELECT id, result AS text FROM notice WHERE incident_id = :incident AND result IS NOT NULL

-- name: breaker_reasons
-- Read why channels are left alone.
SELECT channel AS id, reason AS text FROM breaker

-- name: pause_reasons
-- Read why channels are paused.
SELECT channel AS id, reason AS text FROM pace

-- name: health_reasons
-- Read why systems are held to be up or down.
SELECT system AS id, reason AS text FROM health

-- name: delivery_reasons
-- Read the reasons of all deliveries.
SELECT id, reason AS text FROM delivery WHERE reason IS NOT NULL

-- name: attempt_reasons
-- Read the reasons of all attempts.
SELECT id, reason AS text FROM attempt WHERE reason IS NOT NULL

-- name: event_details
-- Read the details of all events.
SELECT id, detail AS text FROM event

-- name: results
-- Read the stored results of all notices.
SELECT id, result AS text FROM notice WHERE result IS NOT NULL

-- name: write_delivery_reason
-- Replace the reason of a delivery.
UPDATE delivery SET reason = :text WHERE id = :id

-- name: write_attempt_reason
-- Replace the reason of an attempt.
UPDATE attempt SET reason = :text WHERE id = :id

-- name: write_event_detail
-- Replace the detail of an event.
UPDATE event SET detail = :text WHERE id = :id

-- name: write_result
-- Replace the stored result of a notice.
UPDATE notice SET result = :text WHERE id = :id

-- name: write_breaker_reason
-- Replace the reason why a channel is left alone.
UPDATE breaker SET reason = :text WHERE channel = :id

-- name: write_pause_reason
-- Replace the reason why a channel is paused.
UPDATE pace SET reason = :text WHERE channel = :id

-- name: write_health_reason
-- Replace the reason why a system is held to be up or down.
UPDATE health SET reason = :text WHERE system = :id

-- name: failovers_of_incident
-- Read the failovers of an incident.
SELECT notice_id, origin, destination, reason, count, first_at
FROM failover WHERE notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)

-- name: clear_failovers
-- Remove the failovers of an incident.
DELETE FROM failover WHERE notice_id IN (SELECT id FROM notice WHERE incident_id = :incident)

-- name: insert_failover
-- Record a failover and how many people it concerned.
INSERT INTO failover (notice_id, origin, destination, reason, count, first_at) VALUES (?, ?, ?, ?, ?, ?)

-- name: failover_reasons
-- Read the reasons of failovers, by incident.
SELECT DISTINCT notice.incident_id, failover.reason FROM failover JOIN notice ON notice.id = failover.notice_id

-- name: delete_unused_recipients
-- Remove people that no delivery refers to.
DELETE FROM recipient WHERE id NOT IN (SELECT recipient_id FROM delivery WHERE recipient_id IS NOT NULL)

-- name: note_erasure
-- Record the event that people were erased from an incident.
INSERT INTO event (incident_id, at, kind, detail) VALUES (:incident, :now, 'erasure', :detail)

-- name: owe_rewrite
-- Record that unused parts may still hold erased data.
INSERT INTO event (at, kind, detail) VALUES (:at, 'rewrite', 'the file is still to be rewritten')

-- name: rewrite_owed
-- Read whether unused parts may still hold erased data.
SELECT count(*) FROM event WHERE incident_id IS NULL AND kind = 'rewrite'

-- name: rewrite_done
-- Record that no erased data is left.
DELETE FROM event WHERE incident_id IS NULL AND kind = 'rewrite'

-- name: forget_call_effects
-- Remove what the caller of a number said and typed.
UPDATE call_effect SET details = '{}', digest = NULL
WHERE kind IN ('heard', 'link', 'call-back', 'ticket', 'stop', 'question', 'tried', 'answer', 'customer') AND call_id IN (SELECT id FROM call WHERE digest = ?)

-- name: forget_typed_numbers
-- Remove a number that was typed in a call of another one.
UPDATE call_effect SET details = '{}', digest = NULL, message = NULL WHERE digest = ?

-- name: forget_tickets
-- Remove the reference to what the caller of a number recorded; that the provider is to delete it is recorded before.
UPDATE ticket SET recording = NULL, note = NULL, state = 'done' WHERE call_id IN (SELECT id FROM call WHERE digest = ?)

-- name: forget_call_backs
-- Remove a number from the call-backs; it is not called any more.
UPDATE call_back SET number = NULL, digest = NULL, note = NULL, state = CASE WHEN state = 'given-up' THEN state ELSE 'done' END
WHERE digest = ?

-- name: count_calls_of_number
-- Count the calls of a number.
SELECT count(*) FROM call WHERE digest = ?

-- name: count_calls_before
-- Count the calls before a time whose caller is still known, by a number or by what they recorded.
SELECT count(*) FROM call WHERE began_at < ? AND (caller IS NOT NULL OR digest IS NOT NULL)

-- name: forget_calls
-- Remove a number from its calls; how long they took and what became of them stays.
UPDATE call SET caller = NULL, digest = NULL WHERE digest = ?

-- name: call_texts
-- Read what callers said and typed.
SELECT id, details AS text FROM call_effect WHERE kind IN ('heard', 'link', 'call-back', 'stop', 'question', 'tried', 'answer', 'customer')

-- name: write_call_text
-- Replace what a caller said or typed.
UPDATE call_effect SET details = :text WHERE id = :id

-- name: lost_call_texts
-- Read the messages to callers and agents that are kept because their answer was lost.
SELECT id, message AS text FROM call_effect WHERE message IS NOT NULL

-- name: drop_lost_call_text
-- Remove a message that names a person: it cannot be looked up any more, and stays unknown.
UPDATE call_effect SET message = NULL WHERE id = :id AND message <> :text

-- name: forget_lost_messages
-- Remove the messages that were sent in calls of a number and whose answer was lost.
UPDATE call_effect SET message = NULL WHERE message IS NOT NULL AND call_id IN (SELECT id FROM call WHERE digest = ?)

-- name: purge_lost_messages
-- Remove the messages of calls from before `before` whose answer was lost.
UPDATE call_effect SET message = NULL WHERE message IS NOT NULL AND recorded_at < ?

-- name: alert_documents
-- Read what alerts said that stand in no draft yet.
SELECT digest AS id, document AS text FROM alert_group WHERE document <> ''

-- name: write_alert_document
-- Replace what alerts said.
UPDATE alert_group SET document = :text WHERE digest = :id

-- name: follow_up_notes
-- Read what was noted beside call-backs.
SELECT id, note AS text FROM call_back WHERE note IS NOT NULL

-- name: write_follow_up_note
-- Replace what was noted beside a call-back.
UPDATE call_back SET note = :text WHERE id = :id

-- name: ticket_notes
-- Read what was noted beside tickets.
SELECT id, note AS text FROM ticket WHERE note IS NOT NULL

-- name: write_ticket_note
-- Replace what was noted beside a ticket.
UPDATE ticket SET note = :text WHERE id = :id

-- name: purge_call_effects
-- Remove what callers said and typed before `before`.
UPDATE call_effect SET details = '{}', digest = NULL
WHERE kind IN ('heard', 'link', 'call-back', 'ticket', 'stop', 'question', 'tried', 'answer', 'customer') AND recorded_at < ?

-- name: purge_tickets
-- Remove the references to recordings from before `before`.
UPDATE ticket SET recording = NULL, note = NULL WHERE opened_at < ?

-- name: purge_call_backs
-- Remove the numbers of call-backs from before `before` that are over.
UPDATE call_back SET number = NULL, digest = NULL, note = NULL WHERE requested_at < ? AND state IN ('done', 'given-up')

-- name: purge_calls
-- Remove the numbers from calls before `before`.
UPDATE call SET caller = NULL, digest = NULL WHERE began_at < ?

-- name: forget_hand_over_notes
-- Remove what agents noted about the calls of a number.
UPDATE hand_over_note SET note = NULL WHERE call_id IN (SELECT id FROM call WHERE digest = ?)

-- name: purge_hand_over_notes
-- Remove what agents noted before `before`.
UPDATE hand_over_note SET note = NULL WHERE noted_at < ?

-- name: hand_over_notes
-- Read what agents noted about calls.
SELECT call_id AS id, note AS text FROM hand_over_note WHERE note IS NOT NULL

-- name: write_hand_over_note
-- Replace what an agent noted about a call.
UPDATE hand_over_note SET note = :text WHERE call_id = :id
