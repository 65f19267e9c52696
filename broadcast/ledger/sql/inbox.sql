-- name: insert_inbound
-- Record a message of a person; the same message again changes nothing.
INSERT INTO inbound_message (channel, ref, sender, digest, text, meaning, notice_id, received_at)
VALUES (:channel, :ref, :sender, :digest, :text, :meaning, :notice, :at)
ON CONFLICT (channel, ref) DO NOTHING

-- name: answered_since
-- How many messages of a person were answered since `since`.
SELECT count(*) AS count FROM inbound_message WHERE digest = :digest AND answered_at >= :since

-- name: all_answered_since
-- How many messages of all people were answered since `since`.
SELECT count(*) AS count FROM inbound_message WHERE answered_at >= :since

-- name: release_opted_out
-- Lift what a person asked for by a reply or a key. Bounces, and what others recorded, stay.
DELETE FROM suppression WHERE digest = :digest AND reason = 'opted-out'
  AND (substr(source, 1, 11) = 'a reply on ' OR substr(source, 1, 9) = 'a key on ')

-- name: inbound_answered
-- Note that a message is answered.
UPDATE inbound_message SET answered_at = :at WHERE channel = :channel AND ref = :ref

-- name: inbound_from_address
-- Read the messages from an address, with the notice that they answer, in the order in which they arrived.
SELECT inbound_message.channel, inbound_message.sender, inbound_message.text, inbound_message.meaning, inbound_message.received_at,
       notice.sequence, incident.ref AS incident
FROM inbound_message LEFT JOIN notice ON notice.id = inbound_message.notice_id
LEFT JOIN incident ON incident.id = notice.incident_id
WHERE inbound_message.digest = ? ORDER BY inbound_message.received_at, inbound_message.id

-- name: unasked_between
-- What people wrote from `since` to `until` that answers no notice, in the order in which it arrived.
SELECT channel, sender, text, meaning, received_at, NULL AS sequence, NULL AS incident
FROM inbound_message WHERE notice_id IS NULL AND received_at >= :since AND received_at <= :until
ORDER BY received_at, id

-- name: inbound_of_incident
-- What people wrote in answer to notices of an incident, in the order in which it arrived.
SELECT inbound_message.channel, inbound_message.sender, inbound_message.text, inbound_message.meaning, inbound_message.received_at,
       notice.sequence, incident.ref AS incident
FROM inbound_message JOIN notice ON notice.id = inbound_message.notice_id JOIN incident ON incident.id = notice.incident_id
WHERE notice.incident_id = ? ORDER BY inbound_message.received_at, inbound_message.id
