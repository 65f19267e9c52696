-- name: insert_question
-- Record what a notice asks of its receivers.
INSERT INTO question (notice_id, text, options, asked_at, answer_by, wait, policy)
VALUES (:notice, :text, :options, :asked_at, :answer_by, :wait, :policy)

-- name: question_of_notice
-- Read what a notice asks.
SELECT question.*, EXISTS (SELECT 1 FROM proposal WHERE proposal.asking_id = question.notice_id) AS approves FROM question WHERE notice_id = ?

-- name: asked_at_address
-- Receivers with an address whom a notice asked since `since`, and who have that notice or may have it; the latest first.
SELECT notice.id AS notice, notice.sequence, incident.ref AS incident, incident.phase, delivery.audience, delivery.texts, delivery.contact, delivery.locale,
       recipient.name, recipient.phone, recipient.email, question.answer_by, question.options,
       confirmation.answer
-- Begun with the few questions, so that not every delivery that there ever was is looked at.
FROM question CROSS JOIN notice CROSS JOIN incident CROSS JOIN delivery CROSS JOIN recipient
LEFT JOIN confirmation ON confirmation.notice_id = notice.id AND confirmation.audience = delivery.audience
     AND confirmation.contact = delivery.contact
WHERE notice.id = question.notice_id AND incident.id = notice.incident_id AND delivery.notice_id = notice.id
  AND recipient.id = delivery.recipient_id AND question.asked_at >= :since
  AND CASE WHEN :phone = 1 THEN recipient.phone ELSE lower(recipient.email) END = :address
  AND (delivery.attempts > 0 OR delivery.step > 0 OR delivery.state NOT IN ('planned', 'held'))
ORDER BY question.asked_at DESC, delivery.id

-- name: reached_at_address
-- Receivers with an address whom a notice since `since` told, with the columns of `asked_at_address`; the latest first.
SELECT notice.id AS notice, notice.sequence, incident.ref AS incident, incident.phase, delivery.audience, delivery.texts, delivery.contact, delivery.locale,
       recipient.name, recipient.phone, recipient.email, question.answer_by, question.options,
       confirmation.answer
FROM recipient JOIN delivery ON delivery.contact = recipient.contact AND delivery.recipient_id = recipient.id
JOIN notice ON notice.id = delivery.notice_id JOIN incident ON incident.id = notice.incident_id
LEFT JOIN question ON question.notice_id = notice.id
LEFT JOIN confirmation ON confirmation.notice_id = notice.id AND confirmation.audience = delivery.audience
     AND confirmation.contact = delivery.contact
WHERE CASE WHEN :phone = 1 THEN recipient.phone ELSE lower(recipient.email) END = :address AND notice.created_at >= :since
  AND (delivery.attempts > 0 OR delivery.step > 0 OR delivery.state NOT IN ('planned', 'held'))
ORDER BY notice.created_at DESC, delivery.id LIMIT :limit

-- name: asked_in_message
-- The receiver of the message that a provider's id stands for, with the columns of `asked_at_address`.
SELECT notice.id AS notice, notice.sequence, incident.ref AS incident, incident.phase, delivery.audience, delivery.texts, delivery.contact, delivery.locale,
       recipient.name, recipient.phone, recipient.email, question.answer_by, question.options,
       confirmation.answer
FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id JOIN notice ON notice.id = delivery.notice_id
JOIN incident ON incident.id = notice.incident_id LEFT JOIN recipient ON recipient.id = delivery.recipient_id
LEFT JOIN question ON question.notice_id = notice.id
LEFT JOIN confirmation ON confirmation.notice_id = notice.id AND confirmation.audience = delivery.audience
     AND confirmation.contact = delivery.contact
WHERE attempt.ref = :ref AND attempt.channel = :channel
ORDER BY attempt.id

-- name: asked_without_ref
-- Receivers whose message on a channel has no provider's id yet, with the columns of `asked_at_address`.
SELECT notice.id AS notice, notice.sequence, incident.ref AS incident, incident.phase, delivery.audience, delivery.texts, delivery.contact, delivery.locale,
       recipient.name, recipient.phone, recipient.email, question.answer_by, question.options,
       confirmation.answer, CASE WHEN notice.sequence < 0 THEN delivery.lane ELSE 0 END AS page, notice.identity
FROM delivery JOIN attempt ON attempt.delivery_id = delivery.id JOIN notice ON notice.id = delivery.notice_id
JOIN incident ON incident.id = notice.incident_id JOIN recipient ON recipient.id = delivery.recipient_id
LEFT JOIN question ON question.notice_id = notice.id
LEFT JOIN confirmation ON confirmation.notice_id = notice.id AND confirmation.audience = delivery.audience
     AND confirmation.contact = delivery.contact
WHERE delivery.id IN (SELECT id FROM delivery WHERE state = 'unknown' AND channel = :channel
                      UNION ALL SELECT id FROM delivery WHERE state = 'sending' AND channel = :channel)
AND attempt.channel = :channel AND attempt.ref IS NULL
ORDER BY attempt.id LIMIT :limit

-- name: asked_by_delivery
-- The receiver of a delivery and the identity of its notice, with the columns of `asked_at_address`.
SELECT notice.id AS notice, notice.sequence, incident.ref AS incident, incident.phase, delivery.audience, delivery.texts, delivery.contact, delivery.locale,
       recipient.name, recipient.phone, recipient.email, question.answer_by, question.options,
       confirmation.answer, notice.identity
FROM delivery JOIN notice ON notice.id = delivery.notice_id JOIN incident ON incident.id = notice.incident_id
JOIN recipient ON recipient.id = delivery.recipient_id LEFT JOIN question ON question.notice_id = notice.id
LEFT JOIN confirmation ON confirmation.notice_id = notice.id AND confirmation.audience = delivery.audience
     AND confirmation.contact = delivery.contact
WHERE delivery.id = ?

-- name: receivers_of_notice
-- The people whom a notice is for, with the columns of `asked_at_address`.
SELECT DISTINCT notice.id AS notice, notice.sequence, incident.ref AS incident, incident.phase, delivery.audience, delivery.texts, delivery.contact, delivery.locale,
       recipient.name, recipient.phone, recipient.email, question.answer_by, question.options,
       confirmation.answer
FROM notice JOIN incident ON incident.id = notice.incident_id JOIN delivery ON delivery.notice_id = notice.id
JOIN recipient ON recipient.id = delivery.recipient_id LEFT JOIN question ON question.notice_id = notice.id
LEFT JOIN confirmation ON confirmation.notice_id = notice.id AND confirmation.audience = delivery.audience
     AND confirmation.contact = delivery.contact
WHERE notice.id = :notice AND delivery.lane >= 0
ORDER BY delivery.audience, delivery.contact

-- name: receivers_at_same_address
-- The other receivers of a notice who share an address with one of them, with the columns of `asked_at_address`.
SELECT DISTINCT notice.id AS notice, notice.sequence, incident.ref AS incident, incident.phase, delivery.audience, delivery.texts, delivery.contact, delivery.locale,
       recipient.name, recipient.phone, recipient.email, question.answer_by, question.options,
       confirmation.answer
FROM delivery AS own JOIN shared AS ours ON ours.delivery_id = own.id
JOIN shared AS theirs ON theirs.notice_id = ours.notice_id AND theirs.channel = ours.channel AND theirs.number = ours.number
JOIN delivery ON delivery.id = theirs.delivery_id JOIN notice ON notice.id = delivery.notice_id
JOIN incident ON incident.id = notice.incident_id JOIN recipient ON recipient.id = delivery.recipient_id
LEFT JOIN question ON question.notice_id = notice.id
LEFT JOIN confirmation ON confirmation.notice_id = notice.id AND confirmation.audience = delivery.audience
     AND confirmation.contact = delivery.contact
WHERE own.notice_id = :notice AND own.audience = :audience AND own.contact = :contact
  AND (delivery.audience <> own.audience OR delivery.contact <> own.contact)
ORDER BY delivery.audience, delivery.contact

-- name: answer_of_receiver
-- The answer of a receiver that counts, and what the receiver said last.
SELECT confirmation.answer,
       coalesce((SELECT CASE WHEN other_answer.counted = 0 THEN other_answer.answer END FROM other_answer
                 WHERE other_answer.notice_id = confirmation.notice_id AND other_answer.audience = confirmation.audience
                   AND other_answer.contact = confirmation.contact ORDER BY other_answer.id DESC LIMIT 1), confirmation.answer) AS latest
FROM confirmation WHERE notice_id = :notice AND audience = :audience AND contact = :contact

-- name: insert_confirmation
-- Record the first answer of a receiver.
INSERT INTO confirmation (notice_id, audience, contact, answer, means, channel, author, note, at)
VALUES (:notice, :audience, :contact, :answer, :means, :channel, :author, :note, :at)

-- name: keep_replaced_answer
-- Keep the answer of a receiver that counted until now.
INSERT INTO other_answer (notice_id, audience, contact, answer, means, channel, author, note, at, counted)
SELECT notice_id, audience, contact, answer, means, channel, author, note, at, 1 FROM confirmation
WHERE notice_id = :notice AND audience = :audience AND contact = :contact

-- name: replace_confirmation
-- Let another answer of a receiver count.
UPDATE confirmation SET answer = :answer, means = :means, channel = :channel, author = :author, note = :note, at = :at
WHERE notice_id = :notice AND audience = :audience AND contact = :contact

-- name: insert_other_answer
-- Record an answer that does not count.
INSERT INTO other_answer (notice_id, audience, contact, answer, means, channel, author, note, at, counted)
VALUES (:notice, :audience, :contact, :answer, :means, :channel, :author, :note, :at, 0)

-- name: other_answers_of_notice
-- The answers to a notice that do not count, in the order in which they were recorded.
SELECT * FROM other_answer WHERE notice_id = ? ORDER BY id

-- name: confirm_deliveries
-- Mark what a receiver was sent as confirmed, and cancel what is still to be sent to the same receiver.
-- What was cancelled because the receiver passed it on or declined is confirmed as well, as if that had not been said.
UPDATE delivery SET state = 'confirmed', reason = NULL, owner = NULL, updated_at = :at
WHERE notice_id = :notice AND audience = :audience AND contact = :receiver
  AND (state IN ('planned', 'held', 'sending', 'accepted', 'delivered', 'unknown', 'failed')
       OR (state = 'cancelled' AND reason IN ('pass-on', 'decline')))

-- name: pass_on_deliveries
-- Send nothing more of a notice to a receiver who passed it on or declined.
UPDATE delivery SET state = 'cancelled', reason = :answer, owner = NULL, updated_at = :at
WHERE notice_id = :notice AND audience = :audience AND contact = :receiver AND state IN ('planned', 'held')

-- name: confirmation_of_receiver
-- The answer of one receiver to a notice.
SELECT confirmation.*, question.answer_by FROM confirmation LEFT JOIN question ON question.notice_id = confirmation.notice_id
WHERE confirmation.notice_id = :notice AND confirmation.audience = :audience AND confirmation.contact = :contact

-- name: confirmations_of_notice
-- The answers to a notice, in the order in which they came.
SELECT confirmation.*, question.answer_by FROM confirmation LEFT JOIN question ON question.notice_id = confirmation.notice_id
WHERE confirmation.notice_id = ? ORDER BY confirmation.at, confirmation.id

-- name: unconfirmed
-- Messages that were asked about, got no answer in the question's time, and have a channel left; of one notice, or of all (NULL).
-- Only the latest notice to a receiver is repeated, and only while the incident is open. The number of commas in a
-- route is the number of its last step.
SELECT delivery.id, delivery.state, delivery.step, delivery.route, delivery.channel, delivery.notice_id AS notice, notice.sequence,
       notice.incident_id AS incident, incident.ref
FROM question JOIN notice ON notice.id = question.notice_id JOIN incident ON incident.id = notice.incident_id
JOIN delivery ON delivery.notice_id = notice.id
WHERE notice.id = coalesce(:notice, notice.id) AND question.asked_at > :since AND NOT (incident.phase = ANY(:closed))
  AND delivery.id > :after AND delivery.recipient_id IS NOT NULL AND delivery.state IN ('accepted', 'delivered')
  AND delivery.step < length(delivery.route) - length(replace(delivery.route, ',', ''))
  AND :now >= question.wait + question.asked_at
  AND :now >= question.wait + coalesce((SELECT max(coalesce(attempt.ended_at, attempt.started_at)) FROM attempt
                                        WHERE attempt.delivery_id = delivery.id), delivery.updated_at)
  AND NOT EXISTS (SELECT 1 FROM confirmation WHERE confirmation.notice_id = notice.id
                  AND confirmation.audience = delivery.audience AND confirmation.contact = delivery.contact)
  AND NOT EXISTS (SELECT 1 FROM notice AS newer JOIN delivery AS theirs ON theirs.notice_id = newer.id
                  WHERE newer.incident_id = notice.incident_id AND newer.sequence > notice.sequence
                    AND theirs.contact = delivery.contact AND theirs.audience = delivery.audience)
ORDER BY delivery.id LIMIT :limit

-- name: channels_tried
-- Read the channels that requests for a delivery were made on.
SELECT DISTINCT channel FROM attempt WHERE delivery_id = ?

-- name: move_unconfirmed
-- Plan such a message on a later channel, unless it changed or was answered since it was read.
UPDATE delivery SET state = 'planned', step = :step, channel = :channel, attempts = 0, lookups = 0, not_before = 0, waits_since = :now,
       reason = :reason, owner = NULL, updated_at = :now
WHERE id = :id AND state = :before AND step = :from_step
  AND NOT EXISTS (SELECT 1 FROM confirmation WHERE confirmation.notice_id = delivery.notice_id
                  AND confirmation.audience = delivery.audience AND confirmation.contact = delivery.contact)

-- name: cancel_answered
-- Cancel, of these deliveries, what is still to be sent to a receiver who has passed on or declined.
UPDATE delivery SET state = 'cancelled', owner = NULL, updated_at = :now,
       reason = (SELECT confirmation.answer FROM confirmation WHERE confirmation.notice_id = delivery.notice_id
                 AND confirmation.audience = delivery.audience AND confirmation.contact = delivery.contact)
WHERE id = ANY(:deliveries) AND state IN ('planned', 'held')
  AND EXISTS (SELECT 1 FROM confirmation WHERE confirmation.notice_id = delivery.notice_id
              AND confirmation.audience = delivery.audience AND confirmation.contact = delivery.contact)

-- name: awaits_answers
-- Read whether a person who has the notice, or may get it, has not answered.
SELECT EXISTS (SELECT 1 FROM delivery WHERE notice_id = :notice AND required = 1 AND recipient_id IS NOT NULL
               AND state IN ('planned', 'sending', 'accepted', 'delivered', 'unknown')
               AND NOT EXISTS (SELECT 1 FROM confirmation WHERE confirmation.notice_id = delivery.notice_id
                               AND confirmation.audience = delivery.audience AND confirmation.contact = delivery.contact)) AS found

-- name: missing_confirmations
-- Count the people for whom a notice is required and who have not confirmed it in time.
SELECT count(*) AS count
FROM (SELECT DISTINCT delivery.audience, delivery.contact FROM delivery
      WHERE delivery.notice_id = :notice AND delivery.required = 1 AND delivery.recipient_id IS NOT NULL AND delivery.lane >= 0
        AND delivery.state <> 'suppressed'
        AND NOT EXISTS (SELECT 1 FROM confirmation LEFT JOIN question ON question.notice_id = confirmation.notice_id
                        WHERE confirmation.notice_id = delivery.notice_id AND confirmation.audience = delivery.audience
                          AND confirmation.contact = delivery.contact AND confirmation.answer NOT IN ('pass-on', 'decline')
                          AND (question.answer_by IS NULL OR confirmation.at <= question.answer_by))) AS missing

-- name: unconfirmed_people
-- Count the people for whom a notice is required and who have not confirmed it, in time or late.
SELECT count(*) AS count
FROM (SELECT DISTINCT delivery.audience, delivery.contact FROM delivery
      WHERE delivery.notice_id = :notice AND delivery.required = 1 AND delivery.recipient_id IS NOT NULL AND delivery.lane >= 0
        AND delivery.state <> 'suppressed'
        AND NOT EXISTS (SELECT 1 FROM confirmation WHERE confirmation.notice_id = delivery.notice_id
                        AND confirmation.audience = delivery.audience AND confirmation.contact = delivery.contact
                        AND confirmation.answer NOT IN ('pass-on', 'decline'))) AS missing

-- name: reached_before
-- Read what reached a person before the last channel of a notice that asks failed, the latest message last.
SELECT delivery.id, delivery.route, delivery.notice_id AS notice, delivery.channel AS origin, attempt.channel, attempt.ref,
       EXISTS (SELECT 1 FROM receipt WHERE receipt.attempt_id = attempt.id AND receipt.state = 'delivered') AS delivered
FROM delivery JOIN question ON question.notice_id = delivery.notice_id JOIN attempt ON attempt.delivery_id = delivery.id
WHERE delivery.id = ANY(:deliveries) AND delivery.state = 'failed' AND attempt.outcome = 'accepted'
  AND (NOT EXISTS (SELECT 1 FROM receipt WHERE receipt.attempt_id = attempt.id AND receipt.state = 'failed')
       OR EXISTS (SELECT 1 FROM receipt WHERE receipt.attempt_id = attempt.id AND receipt.state = 'delivered'))
ORDER BY delivery.id, attempt.id

-- name: return_to_channel
-- Put such a delivery back to the channel that reached the person.
UPDATE delivery SET state = :state, step = :step, channel = :channel, ref = :ref, reason = NULL, updated_at = :now
WHERE id = :id AND state = 'failed'
