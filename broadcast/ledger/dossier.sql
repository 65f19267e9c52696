-- name: addresses_of_recipients
SELECT contact AS person, name, phone, email, extra FROM recipient WHERE id IN (SELECT json_extract(value, '$[0]') FROM json_each(?)) ORDER BY id

-- name: deliveries_of_recipients
SELECT delivery.id, delivery.notice_id, delivery.audience, delivery.texts, delivery.locale, delivery.channel, delivery.state,
       delivery.reason, delivery.ref, delivery.updated_at, notice.sequence, notice.kind, notice.created_at, notice.kinds,
       incident.ref AS incident, incident.title,
       recipient.contact AS person, recipient.name, recipient.phone, recipient.email, recipient.extra
FROM delivery
JOIN notice ON notice.id = delivery.notice_id
JOIN incident ON incident.id = notice.incident_id
JOIN recipient ON recipient.id = delivery.recipient_id
WHERE (delivery.recipient_id, delivery.audience) IN
      (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))
ORDER BY delivery.id

-- name: attempts_of_delivery
SELECT channel, started_at, ended_at, outcome, ref, reason FROM attempt WHERE delivery_id = ? ORDER BY id
