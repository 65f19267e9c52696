-- name: addresses_of_recipients
-- Read people by their numbers, as they were recorded.
SELECT contact AS person, name, phone, email, extra FROM recipient WHERE id = ANY(:recipients) ORDER BY id

-- name: deliveries_of_recipients
-- Read every message that was owed to these people, in all audiences.
SELECT delivery.id, delivery.recipient_id, delivery.notice_id, delivery.audience, delivery.texts, delivery.locale, delivery.channel, delivery.state,
       delivery.reason, delivery.ref, delivery.updated_at, notice.sequence, notice.kind, notice.created_at, notice.kinds,
       incident.ref AS incident, incident.title,
       recipient.contact AS person, recipient.name, recipient.phone, recipient.email, recipient.extra
FROM delivery
JOIN notice ON notice.id = delivery.notice_id
JOIN incident ON incident.id = notice.incident_id
JOIN recipient ON recipient.id = delivery.recipient_id
WHERE delivery.recipient_id = ANY(:recipients)
ORDER BY delivery.id

-- name: attempts_of_delivery
-- Read the attempts of a delivery.
SELECT id, channel, started_at, ended_at, outcome, ref, reason FROM attempt WHERE delivery_id = ? ORDER BY id

-- name: receipts_of_attempt
-- Read what the provider said later about an attempt.
SELECT state, reason, received_at FROM receipt WHERE attempt_id = ? ORDER BY id
