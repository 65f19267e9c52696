-- name: unknown_messages
-- Read every message of an incident whose answer was lost.
-- Pages of an escalation are looked up as long as it runs, and are not a matter for people.
-- The index of unknown deliveries keeps this fast, however many people were told.
SELECT delivery.id, delivery.notice_id, notice.incident_id, notice.sequence, delivery.contact, delivery.channel, delivery.reason, delivery.updated_at,
       delivery.route, delivery.step,
       recipient.name, recipient.phone, recipient.email
FROM delivery
JOIN notice ON notice.id = delivery.notice_id
LEFT JOIN recipient ON recipient.id = delivery.recipient_id
WHERE delivery.state = 'unknown' AND notice.incident_id = ? AND notice.sequence > 0
ORDER BY notice.sequence, delivery.id

-- name: record_finding
-- Settle an unknown delivery by what a person found out at the provider.
-- A delivery that is not unknown any more stays as it is. One that is planned again begins on the channel where it was.
UPDATE delivery SET state = :state, attempts = 0, lookups = 0, not_before = 0, owner = NULL, reason = :reason, updated_at = :now
WHERE id = :id AND state = 'unknown'

-- name: record_finding_on_attempts
-- Settle its attempts on that channel, and those of other deliveries to the same address.
-- Of several attempts whose answers were lost, the latest counts as the one that was accepted.
UPDATE attempt SET outcome = :outcome, reason = :reason
WHERE coalesce(outcome, 'unknown') = 'unknown' AND channel = (SELECT channel FROM delivery WHERE id = :id)
  AND (delivery_id = :id OR delivery_id IN (
       SELECT other.delivery_id FROM shared AS own JOIN shared AS other
       ON (other.notice_id, other.channel, other.number) = (own.notice_id, own.channel, own.number)
       WHERE own.delivery_id = :id AND own.channel = attempt.channel))
  AND (:outcome = 'not_sent' OR id = (SELECT max(latest.id) FROM attempt AS latest
                                      WHERE latest.delivery_id = attempt.delivery_id))
