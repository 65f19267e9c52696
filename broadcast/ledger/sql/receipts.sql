-- name: insert_receipt
-- Record what a provider said about a message; the same news again changes nothing.
INSERT INTO receipt (channel, ref, key, event, state, reason, code, suppress, happened_at, received_at)
VALUES (:channel, :ref, :key, :event, :state, :reason, :code, :suppress, :happened_at, :received_at)
ON CONFLICT (channel, ref, event) DO NOTHING

-- name: unmatched_receipts
-- Receipts since `since` whose message was not found so far, the latest first.
SELECT id, channel, ref, key, event, state, reason, code, suppress, happened_at FROM receipt
WHERE attempt_id IS NULL AND received_at >= :since ORDER BY id DESC LIMIT :limit

-- name: attempts_with_ref
-- The attempts that a provider's id of a message stands for: one, or a batch that shares the id.
SELECT attempt.id AS attempt, delivery.id AS delivery, delivery.state, delivery.step, delivery.route, delivery.contact AS receiver, delivery.audience,
       CASE WHEN notice.sequence < 0 THEN delivery.lane ELSE 0 END AS page,
       attempt.id = (SELECT max(latest.id) FROM attempt AS latest WHERE latest.delivery_id = delivery.id) AS latest,
       notice.id AS notice, notice.incident_id AS incident, notice.identity, notice.key, notice.sequence, notice.created_at, incident.ref AS incident_ref,
       recipient.phone, recipient.email
FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id JOIN notice ON notice.id = delivery.notice_id
JOIN incident ON incident.id = notice.incident_id LEFT JOIN recipient ON recipient.id = delivery.recipient_id
WHERE attempt.ref = :ref AND attempt.channel = :channel
ORDER BY attempt.id

-- name: attempts_without_ref
-- The attempts on a channel whose answer was lost, with the columns of `attempts_with_ref`.
SELECT attempt.id AS attempt, delivery.id AS delivery, delivery.state, delivery.step, delivery.route, delivery.contact AS receiver, delivery.audience,
       CASE WHEN notice.sequence < 0 THEN delivery.lane ELSE 0 END AS page,
       attempt.id = (SELECT max(latest.id) FROM attempt AS latest WHERE latest.delivery_id = delivery.id) AS latest,
       notice.id AS notice, notice.incident_id AS incident, notice.identity, notice.key, notice.sequence, notice.created_at, incident.ref AS incident_ref,
       recipient.phone, recipient.email
FROM delivery JOIN attempt ON attempt.delivery_id = delivery.id JOIN notice ON notice.id = delivery.notice_id
JOIN incident ON incident.id = notice.incident_id LEFT JOIN recipient ON recipient.id = delivery.recipient_id
WHERE delivery.state = 'unknown' AND delivery.channel = :channel AND attempt.channel = :channel AND attempt.ref IS NULL
ORDER BY attempt.id LIMIT :limit

-- name: match_receipt
-- Note which attempt a receipt is about.
UPDATE receipt SET attempt_id = :attempt WHERE id = :id

-- name: attempt_has_ref
-- Keep the provider's id of an attempt whose answer was lost; the provider has just proved that it accepted it.
UPDATE attempt SET ref = :ref, outcome = 'accepted', reason = :reason WHERE id = :attempt AND ref IS NULL

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
