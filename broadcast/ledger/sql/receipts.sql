-- name: insert_receipt
-- Record what a provider said about a message, and which attempt that is; the same news again changes nothing.
INSERT INTO receipt (channel, ref, key, event, state, received_at, attempt_id, reason, code, suppress, happened_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (channel, ref, event) DO NOTHING

-- name: insert_short_receipt
-- Record in the same way what has neither reason, code, suppression nor time.
INSERT INTO receipt (channel, ref, key, event, state, received_at, attempt_id) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (channel, ref, event) DO NOTHING

-- name: known_receipts
-- What providers said before about these messages.
SELECT ref, event FROM receipt WHERE channel = :channel AND ref = ANY(:refs)

-- name: unmatched_receipts
-- Receipts since `since` whose message was not found so far, the latest first.
SELECT id, channel, ref, key, event, state, reason, code, suppress, happened_at FROM receipt
WHERE attempt_id IS NULL AND received_at >= :since ORDER BY received_at DESC, id DESC LIMIT :limit

-- name: attempts_with_refs
-- The attempts that providers' ids of messages stand for: one each, or a batch that shares the id.
-- `current` says whether the delivery stands for that very message.
SELECT attempt.ref, attempt.id AS attempt, delivery.id AS delivery, delivery.state,
       delivery.channel = attempt.channel AND delivery.ref = attempt.ref AS current,
       attempt.id = (SELECT max(latest.id) FROM attempt AS latest WHERE latest.delivery_id = delivery.id) AS latest
FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id
WHERE attempt.ref = ANY(:refs) AND attempt.channel = :channel

-- name: attempts_with_ref
-- The attempts that share an id, with the columns of `attempts_with_refs` and what our own references are made from.
SELECT attempt.id AS attempt, delivery.id AS delivery, delivery.state, delivery.channel = attempt.channel AND delivery.ref = attempt.ref AS current,
       attempt.id = (SELECT max(latest.id) FROM attempt AS latest WHERE latest.delivery_id = delivery.id) AS latest,
       delivery.contact AS receiver, delivery.audience, CASE WHEN notice.sequence < 0 THEN delivery.lane ELSE 0 END AS page,
       notice.identity, notice.key, notice.sequence, incident.ref AS incident_ref
FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id JOIN notice ON notice.id = delivery.notice_id
JOIN incident ON incident.id = notice.incident_id
WHERE attempt.ref = :ref AND attempt.channel = :channel
ORDER BY attempt.id

-- name: attempts_without_ref
-- The attempts on a channel whose answer was lost, with the columns of `attempts_with_ref`.
SELECT attempt.id AS attempt, delivery.id AS delivery, delivery.state, delivery.channel = attempt.channel AND delivery.ref = attempt.ref AS current,
       attempt.id = (SELECT max(latest.id) FROM attempt AS latest WHERE latest.delivery_id = delivery.id) AS latest,
       delivery.contact AS receiver, delivery.audience, CASE WHEN notice.sequence < 0 THEN delivery.lane ELSE 0 END AS page,
       notice.identity, notice.key, notice.sequence, incident.ref AS incident_ref
FROM delivery JOIN attempt ON attempt.delivery_id = delivery.id JOIN notice ON notice.id = delivery.notice_id
JOIN incident ON incident.id = notice.incident_id
WHERE delivery.state = 'unknown' AND delivery.channel = :channel AND attempt.channel = :channel AND attempt.ref IS NULL
ORDER BY attempt.id LIMIT :limit

-- name: attempt_in_full
-- An attempt with its delivery, notice and recipient.
SELECT attempt.id AS attempt, delivery.id AS delivery, delivery.state, delivery.step, delivery.route,
       attempt.id = (SELECT max(latest.id) FROM attempt AS latest WHERE latest.delivery_id = delivery.id) AS latest,
       notice.id AS notice, notice.incident_id AS incident, notice.created_at, incident.ref AS incident_ref,
       recipient.phone, recipient.email
FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id JOIN notice ON notice.id = delivery.notice_id
JOIN incident ON incident.id = notice.incident_id LEFT JOIN recipient ON recipient.id = delivery.recipient_id
WHERE attempt.id = ?

-- name: match_receipt
-- Note which attempt a receipt is about.
UPDATE receipt SET attempt_id = :attempt WHERE id = :id

-- name: attempt_has_ref
-- Keep the provider's id of an attempt whose answer was lost; the provider has just proved that it accepted it.
UPDATE attempt SET ref = :ref, outcome = 'accepted', reason = :reason WHERE id = :attempt AND ref IS NULL

-- name: deliveries_arrive
-- Make deliveries `delivered` whose latest message arrived, unless somebody else changed them since they were read.
UPDATE delivery SET state = 'delivered', reason = NULL, lookups = 0, not_before = 0, waits_since = :now, owner = NULL, updated_at = :now
WHERE id = ANY(:deliveries) AND state = 'accepted'

-- name: receipt_changes_delivery
-- Put a delivery where a receipt leaves it, unless somebody else changed it since it was read.
UPDATE delivery SET state = :state, step = :step, channel = :channel, ref = coalesce(:ref, ref), reason = :reason,
       attempts = CASE WHEN step = :step THEN attempts ELSE 0 END, lookups = 0, not_before = 0, waits_since = :now,
       owner = NULL, updated_at = :now
WHERE id = :delivery AND state = :before

-- name: receipts_by_state
-- How many messages of a notice each channel's providers gave which last news of.
SELECT attempt.channel, receipt.state, count(DISTINCT receipt.attempt_id) AS count
FROM receipt JOIN attempt ON attempt.id = receipt.attempt_id JOIN delivery ON delivery.id = attempt.delivery_id
WHERE delivery.notice_id = ? GROUP BY attempt.channel, receipt.state ORDER BY attempt.channel, receipt.state

-- name: awaits_receipts
-- Read whether a required message to a person is on its way on one of these channels.
SELECT EXISTS (SELECT 1 FROM delivery WHERE notice_id = :notice AND required = 1 AND recipient_id IS NOT NULL
               AND (state IN ('planned', 'sending') OR (state IN ('accepted', 'unknown') AND channel = ANY(:channels)))) AS found
